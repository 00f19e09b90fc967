package io.holdfast.storage.web.testing;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/// A certificate authority that nobody knows, and a certificate of it for a server, made by the
/// JDK's keytool.
public final class OwnAuthority {
  private static final String PASSWORD = "not-a-secret";
  private static final long SECONDS_MAX = 60;

  private final Path keys;
  private final Path pem;

  private OwnAuthority(Path keys, Path pem) {
    this.keys = keys;
    this.pem = pem;
  }

  /// Makes one, with its files in `directory` and a certificate for 127.0.0.1.
  public static OwnAuthority make(Path directory, String name) throws IOException {
    return make(directory, name, "ip:127.0.0.1");
  }

  /// As the other.
  ///
  /// @param subject what the certificate is for, as keytool writes it: `ip:…` or `dns:…`
  public static OwnAuthority make(Path directory, String name, String subject) throws IOException {
    var authority =
        new OwnAuthority(directory.resolve(name + ".p12"), directory.resolve(name + ".pem"));
    authority.keytool("-genkeypair", "-alias", "ca", "-dname", "CN=" + name, "-ext", "bc:c");
    authority.keytool(
        "-genkeypair",
        "-alias",
        "server",
        "-dname",
        "CN=server",
        "-signer",
        "ca",
        "-ext",
        "san=" + subject);
    authority.keytool("-exportcert", "-rfc", "-alias", "ca", "-file", authority.pem.toString());
    return authority;
  }

  /// The authority's certificate.
  public Path pem() {
    return pem;
  }

  /// What a server with the certificate needs.
  SSLContext server() throws IOException {
    try (InputStream in = Files.newInputStream(keys)) {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(in, PASSWORD.toCharArray());
      store.deleteEntry("ca");
      var factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      factory.init(store, PASSWORD.toCharArray());
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(factory.getKeyManagers(), null, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
  }

  private void keytool(String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(arguments));
    command.addAll(List.of("-keystore", keys.toString(), "-storepass", PASSWORD));
    if (arguments[0].equals("-genkeypair")) {
      command.addAll(List.of("-keyalg", "EC", "-validity", "2"));
    }
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (!process.waitFor(SECONDS_MAX, TimeUnit.SECONDS) || process.exitValue() != 0) {
        process.destroyForcibly();
        throw new IOException(String.join(" ", arguments) + ": " + said);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }
}
