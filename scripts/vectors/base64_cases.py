"""Base64: right ones by CPython's base64, wrong ones with the position of the first wrong character."""

import base64
import binascii
import json
import random

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def right(length, source):
    data = bytes(source.getrandbits(8) for _ in range(length))
    return data, base64.b64encode(data).decode()


def verdict(text, optional):
    """The bytes that RFC 4648 gives `text`, or the position where it first goes wrong: written from the RFC."""
    for i, character in enumerate(text):
        if character not in ALPHABET:
            break
    else:
        i = len(text)
    left = i % 4
    tail = text[i:]
    if tail == "" and left and not (optional and left > 1):
        return len(text)  # stops short
    if tail and (tail[0] != "=" or left < 2):
        return i
    if tail:
        for at in range(4 - left):
            if at >= len(tail):
                return len(text)
            if tail[at] != "=":
                return i + at
    unused = {0: 0, 2: 15, 3: 3}[left]
    if ALPHABET.find(text[i - 1 : i] or "A") & unused:
        return i - 1
    if len(tail) > 4 - left and left:
        return i + 4 - left
    return base64.b64decode(text[:i] + "=" * (-i % 4), validate=True)


def case(text, optional, name):
    """One case; CPython's own strict decoder must agree wherever it has an opinion."""
    result = verdict(text, optional)
    entry = {"name": name, "text": text, "padding": "optional" if optional else "required"}
    if isinstance(result, bytes):
        entry["bytes"] = result.hex()
    else:
        entry["position"] = result
    if not optional and text.isascii():
        try:
            base64.b64decode(text, validate=True)
            accepts = True
        except binascii.Error:
            accepts = False
        # CPython lets unused bits be anything, and some text after the padding.
        assert accepts or "position" in entry, text
    return entry


def cases():
    source = random.Random(4648)
    found = []
    for length in list(range(0, 131)) + [159, 160, 161, 191, 192, 193, 320, 640, 800, 1600, 3200]:
        data, text = right(length, source)
        found.append({"name": f"{length} bytes", "text": text, "padding": "required", "bytes": data.hex()})
        if text.endswith("="):
            found.append(case(text.rstrip("="), True, f"{length} bytes without padding"))
            found.append(case(text.rstrip("="), False, f"{length} bytes, padding missing"))
            found.append(case(text[:-1], True, f"{length} bytes, one character short"))
    _, text = right(240, source)
    for at in list(range(0, 130)) + [191, 255, 256, 317, 318, 319]:
        wrong = source.choice("=-_ \n\r\t.~\x00\x7f\x80\xc1\xff*")
        found.append(case(text[:at] + wrong + text[at + 1 :], bool(at % 2), f"code {ord(wrong)} at {at}"))
    for code in range(256):
        if chr(code) not in ALPHABET:
            found.append(case(text[:77] + chr(code) + text[78:], False, f"code {code} amid"))
    for text in ("=", "==", "===", "====", "A", "A=", "A==", "A===", "AA", "AA=", "AA==", "AA===", "AAA", "AAA=", "AAA==",
                 "AB==", "AAB=", "AA=A", "AA==AA==", "AAA=AAAA", "AAAA=", "AAAA====", "=AAA", "A=AA", "AAAAAB==",
                 "AAAAAAB=", "AB", "AAB", "AAAA\n", " AAAA", "AA==\n", "AAAAA", "AAAAA===", "AB=A", "AB=", "AB==A"):
        for optional in (False, True):
            found.append(case(text, optional, "odd"))
    return found


def write(folder):
    source = random.Random(64)
    data, text = right(4000, source)
    folder.write("base64/noise.bin", data, "raw", "4,000 bytes of Python's Mersenne Twister")
    folder.write("base64/noise.txt", text.encode(), "base64", "base64.b64encode of noise.bin")
    folder.check("base64-encode", "base64/noise.bin", expected="base64/noise.txt")
    folder.check("base64-decode", "base64/noise.txt", expected="base64/noise.bin")
    lines = ",\n".join(json.dumps(entry, sort_keys=True) for entry in cases())
    folder.write("base64/cases.json", f"[\n{lines}\n]\n".encode("ascii"), "json",
                 "right texts by base64.b64encode; wrong ones judged by the rules of RFC 4648 sections 3 and 4")
    folder.check("base64-cases", "base64/cases.json")
    folder.source("base64", """
        # Base64

        RFC 4648 section 4. `bytes` (hexadecimal) are CPython's `base64.b64encode` and `b64decode(validate=True)`;
        `position` is the offset of the first wrong character, found by a reading of RFC 4648 written for this
        folder, since CPython does not tell it: text outside the alphabet, white space included (section 3.3),
        `=` out of place or missing (3.2), bits that are not zero in the last character (3.5). The text's length
        is the position of what is missing at its end. Characters above 127 stand for single bytes (Latin-1).
        """)
