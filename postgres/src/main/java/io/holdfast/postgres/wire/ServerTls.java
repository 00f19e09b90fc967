package io.holdfast.postgres.wire;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.postgres.url.ConnectionUrl;
import io.holdfast.postgres.url.ConnectionUrl.SslMode;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/// Whom a connection trusts, as strict as `sslmode` says: `require` encrypts (and, as libpq does,
/// verifies the chain when a root certificate is named), `verify-ca` checks the chain,
/// `verify-full` the host name too.
///
/// The root is `sslrootcert`; else `~/.postgresql/root.crt` where that exists; else, or with
/// `sslrootcert=system`, what the Java runtime trusts.
public final class ServerTls {
  static final long FILE_BYTES_MAX = 1 << 20;

  private ServerTls() {}

  /// @throws BackupException `BAD_URL` if a file that the URL names cannot be used
  public static SSLContext context(ConnectionUrl url) {
    return context(url.sslMode(), url.options());
  }

  /// As [#context(ConnectionUrl)].
  ///
  /// @param options of which `sslrootcert`, `sslcert` and `sslkey` are read
  public static SSLContext context(SslMode mode, Map<String, String> options) {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys(options), trust(mode, options), null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new BackupException(
          ErrorCode.BAD_URL,
          "TLS cannot be set up: " + text(e),
          "Check the files that sslrootcert, sslcert and sslkey name: PEM, readable by this user.",
          e);
    }
  }

  private static String text(Exception e) {
    return e instanceof FileSystemException ? "cannot read " + e.getMessage() : e.toString();
  }

  private static KeyManager[] keys(Map<String, String> options)
      throws GeneralSecurityException, IOException {
    Optional<String> certificate = Optional.ofNullable(options.get("sslcert"));
    Optional<String> key = Optional.ofNullable(options.get("sslkey"));
    if (certificate.isEmpty() != key.isEmpty()) {
      throw new IOException("sslcert and sslkey belong together");
    }
    return certificate.isEmpty() || key.isEmpty()
        ? new KeyManager[0]
        : ClientCertificate.read(Path.of(certificate.get()), Path.of(key.get()));
  }

  private static TrustManager[] trust(SslMode mode, Map<String, String> options)
      throws GeneralSecurityException, IOException {
    Optional<String> root = Optional.ofNullable(options.get("sslrootcert"));
    boolean verifies =
        switch (mode) {
          case VERIFY_CA, VERIFY_FULL -> true;
          case REQUIRE -> root.isPresent();
          case DISABLE, ALLOW, PREFER -> false;
        };
    if (!verifies) {
      return new TrustManager[] {new TrustsAnyone()};
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    Optional<Path> file = rootFile(root);
    factory.init(file.isPresent() ? keyStore(file.get()) : null);
    return factory.getTrustManagers();
  }

  private static Optional<Path> rootFile(Optional<String> named) {
    if (named.isPresent()) {
      return named.filter(root -> !root.equals("system")).map(Path::of);
    }
    Path usual = Path.of(System.getProperty("user.home", "/"), ".postgresql", "root.crt");
    return Files.isReadable(usual) ? Optional.of(usual) : Optional.empty();
  }

  private static KeyStore keyStore(Path file) throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    int number = 0;
    for (X509Certificate certificate : certificates(file)) {
      store.setCertificateEntry("root-" + number++, certificate);
    }
    return store;
  }

  static List<X509Certificate> certificates(Path file)
      throws GeneralSecurityException, IOException {
    if (Files.size(file) > FILE_BYTES_MAX) {
      throw new IOException(file + " is larger than a certificate file can be");
    }
    List<X509Certificate> certificates = new ArrayList<>();
    try (InputStream in = Files.newInputStream(file)) {
      for (Certificate certificate :
          CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        certificates.add((X509Certificate) certificate);
      }
    }
    if (certificates.isEmpty()) {
      throw new IOException(file + " has no certificate in it");
    }
    return certificates;
  }

  /// Makes the handshake fail where the certificate is not for this host, if the mode asks for it.
  public static void applyNameCheck(SSLSocket socket, SslMode mode) {
    if (mode == SslMode.VERIFY_FULL) {
      SSLParameters parameters = socket.getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      socket.setSSLParameters(parameters);
    }
  }

  /// For the modes that encrypt without asking who answers, as libpq defines them.
  private static final class TrustsAnyone extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
