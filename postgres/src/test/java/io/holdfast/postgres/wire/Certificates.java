package io.holdfast.postgres.wire;

import io.holdfast.postgres.testing.TestPrograms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Certificates made by `openssl` for tests: two authorities, a server, a client.
record Certificates(Path directory) {
  static Certificates make() throws IOException {
    Certificates made = new Certificates(Files.createTempDirectory("hfcerts"));
    made.authority("root");
    made.authority("other");
    made.signed("server", "/CN=db", "subjectAltName=DNS:localhost");
    made.signed("client", "/CN=carol", "subjectAltName=DNS:carol");
    return made;
  }

  Path file(String name) {
    return directory.resolve(name);
  }

  private void authority(String name) throws IOException {
    openssl(
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=" + name,
        "-keyout",
        file(name + ".key").toString(),
        "-out",
        file(name + ".crt").toString());
  }

  private void signed(String name, String subject, String extension) throws IOException {
    openssl(
        "req",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-subj",
        subject,
        "-keyout",
        file(name + ".key").toString(),
        "-out",
        file(name + ".csr").toString());
    Files.writeString(file(name + ".ext"), extension + "\n");
    openssl(
        "x509",
        "-req",
        "-days",
        "2",
        "-CAcreateserial",
        "-in",
        file(name + ".csr").toString(),
        "-CA",
        file("root.crt").toString(),
        "-CAkey",
        file("root.key").toString(),
        "-extfile",
        file(name + ".ext").toString(),
        "-out",
        file(name + ".crt").toString());
  }

  private static void openssl(String... arguments) throws IOException {
    List<String> command = new java.util.ArrayList<>(List.of("openssl"));
    command.addAll(List.of(arguments));
    TestPrograms.run(command);
  }

  void delete() throws IOException {
    try (var files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(directory);
  }
}
