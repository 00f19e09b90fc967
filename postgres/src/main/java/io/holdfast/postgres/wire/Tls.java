package io.holdfast.postgres.wire;

import io.holdfast.postgres.url.ConnectionUrl;
import io.holdfast.postgres.url.ConnectionUrl.Host;
import io.holdfast.postgres.url.ConnectionUrl.SslMode;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/// Puts TLS over a connection, as strict as `sslmode` says: `require` encrypts (and, as libpq does,
/// verifies the chain when a root certificate is named), `verify-ca` checks the chain,
/// `verify-full` the host name too.
final class Tls {
  private static final long CERTIFICATE_FILE_BYTES_MAX = 1 << 20;

  private Tls() {}

  static Transport wrap(Transport.SocketTransport plain, ConnectionUrl url, Host host)
      throws IOException {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust(url), null);
      Socket socket = plain.socket;
      socket.setSoTimeout(30_000);
      SSLSocket secure =
          (SSLSocket)
              context.getSocketFactory().createSocket(socket, host.name(), host.port(), true);
      if (url.sslMode() == SslMode.VERIFY_FULL) {
        SSLParameters parameters = secure.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        secure.setSSLParameters(parameters);
      }
      secure.startHandshake();
      return new Transport.SocketTransport(secure);
    } catch (GeneralSecurityException e) {
      throw new IOException("TLS: " + e.getMessage(), e);
    }
  }

  private static TrustManager[] trust(ConnectionUrl url)
      throws GeneralSecurityException, IOException {
    Optional<String> root = url.option("sslrootcert");
    boolean verifies =
        switch (url.sslMode()) {
          case VERIFY_CA, VERIFY_FULL -> true;
          case REQUIRE -> root.isPresent();
          case DISABLE, ALLOW, PREFER -> false;
        };
    if (!verifies) {
      return new TrustManager[] {new TrustsAnyone()};
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    if (root.isPresent() && !root.get().equals("system")) {
      factory.init(keyStore(Path.of(root.get())));
    } else {
      factory.init((KeyStore) null);
    }
    return factory.getTrustManagers();
  }

  private static KeyStore keyStore(Path file) throws GeneralSecurityException, IOException {
    if (Files.size(file) > CERTIFICATE_FILE_BYTES_MAX) {
      throw new IOException("sslrootcert " + file + " is larger than a certificate file can be");
    }
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    try (InputStream in = Files.newInputStream(file)) {
      int number = 0;
      for (Certificate certificate :
          CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        store.setCertificateEntry("root-" + number++, certificate);
      }
    }
    return store;
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
    public void checkClientTrusted(
        X509Certificate[] chain, String type, javax.net.ssl.SSLEngine engine) {}

    @Override
    public void checkServerTrusted(
        X509Certificate[] chain, String type, javax.net.ssl.SSLEngine engine) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
