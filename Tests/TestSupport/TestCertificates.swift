import Foundation

/// Certificates of one test, made by the openssl command: two authorities that know nothing of each
/// other, and what the first has signed. All as paths of PEM files, gone with the value.
package final class TestCertificates: Sendable {
  private let scratch: Scratch

  /// Makes them; some 100 ms.
  package init() async throws {
    scratch = try Scratch()
    let shell = try Subprocess(
      "/bin/sh", ["-ec", "cd '\(scratch.directory.path)'\n" + Self.program],
      environment: ["PATH=/usr/bin:/bin"])
    let result = try await shell.end()
    guard result.status == 0 else { throw Failure(words: result.errors) }
  }

  /// openssl would not do it.
  package struct Failure: Error {
    package let words: String
  }

  /// The authority that signed all of the others but ``strangerCA``.
  package var ca: String { file("ca.pem") }
  /// An authority that signed nothing here.
  package var strangerCA: String { file("stranger.pem") }
  /// A server's, for `localhost`, 127.0.0.1 and ::1.
  package var server: (certificate: String, key: String) { pair("server") }
  /// Another like ``server``, with another serial number and key.
  package var renewedServer: (certificate: String, key: String) { pair("renewed") }
  /// A server's that ended in 2020.
  package var expiredServer: (certificate: String, key: String) { pair("expired") }
  /// A server's for `bot.example.com` alone.
  package var otherServer: (certificate: String, key: String) { pair("other") }
  /// A server's, signed by an authority that ``ca`` has signed, without that authority's certificate.
  package var chainlessServer: (certificate: String, key: String) { pair("leaf") }
  /// The same with it.
  package var chainedServer: (certificate: String, key: String) {
    (file("chain.pem"), file("leaf.key"))
  }
  /// A server's that has signed itself.
  package var selfSignedServer: (certificate: String, key: String) { pair("self") }
  /// A client's.
  package var client: (certificate: String, key: String) { pair("client") }
  /// A client's that ended in 2020.
  package var expiredClient: (certificate: String, key: String) { pair("oldclient") }
  /// A client's, signed by ``strangerCA``.
  package var strangerClient: (certificate: String, key: String) { pair("strange") }

  /// A path in the same directory.
  package func file(_ name: String) -> String { scratch.file(name).path }

  private func pair(_ name: String) -> (certificate: String, key: String) {
    (file(name + ".pem"), file(name + ".key"))
  }

  private static let program = """
    cat > ca.cnf <<END
    [ca]
    default_ca=c
    [c]
    database=index
    new_certs_dir=.
    serial=serial
    policy=p
    default_md=sha256
    copy_extensions=copy
    unique_subject=no
    [p]
    commonName=supplied
    END
    : > index
    echo 01 > serial
    key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out $1.key; }
    authority() {
      key $1
      openssl req -x509 -key $1.key -out $1.pem -subj "/CN=$1" -days 30
    }
    sign() {
      key $1
      openssl req -new -key $1.key -subj "/CN=$1" -addext "subjectAltName=$3" -out $1.csr
      openssl ca -batch -notext -config ca.cnf -cert $2.pem -keyfile $2.key -in $1.csr -out $1.pem \
        -startdate 20200101000000Z -enddate $4 $5
    }
    authority ca
    authority stranger
    here=DNS:localhost,IP:127.0.0.1,IP:::1
    later=20450101000000Z
    sign server ca $here $later
    sign renewed ca $here $later
    sign expired ca $here 20200201000000Z
    sign other ca DNS:bot.example.com $later
    printf 'basicConstraints=critical,CA:TRUE\n' > between.ext
    sign between ca DNS:between $later "-extfile between.ext"
    sign leaf between $here $later
    cat leaf.pem between.pem > chain.pem
    key self
    openssl req -x509 -key self.key -out self.pem -subj "/CN=self" -days 30 \
      -addext "subjectAltName=$here"
    sign client ca DNS:client $later
    sign oldclient ca DNS:client 20200201000000Z
    sign strange stranger DNS:client $later
    """
}
