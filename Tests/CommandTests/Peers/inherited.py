"""Becomes a program that is given listening sockets as systemd gives them: from descriptor 3 on.

    inherited.py HOST[,HOST...] PROGRAM [ARGUMENT ...]

Prints the ports first. A host "none" stands for a socket that does not listen.
"""
import os
import socket
import sys

sockets = []
for host in sys.argv[1].split(","):
    made = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    if host != "none":
        made.bind((host, 0))
        made.listen(64)
    sockets.append(made)
print(*[made.getsockname()[1] for made in sockets], flush=True)
high = [os.dup(made.fileno()) for made in sockets]
high = [os.dup2(descriptor, 100 + i) for i, descriptor in enumerate(high)]
for i, descriptor in enumerate(high):
    os.dup2(descriptor, 3 + i, inheritable=True)
os.environ |= {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": str(len(sockets))}
os.execv(sys.argv[2], sys.argv[2:])
