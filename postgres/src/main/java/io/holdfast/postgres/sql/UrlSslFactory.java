package io.holdfast.postgres.sql;

import io.holdfast.postgres.url.ConnectionUrl.SslMode;
import io.holdfast.postgres.wire.ServerTls;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/// Gives pgjdbc, which makes it, the same TLS as our own client has: one rule for whom we trust.
public final class UrlSslFactory extends SSLSocketFactory {
  private final SSLSocketFactory factory;
  private final SslMode mode;

  /// @param properties those of the connection
  public UrlSslFactory(Properties properties) {
    Map<String, String> options = new HashMap<>();
    for (String name : List.of("sslrootcert", "sslcert", "sslkey")) {
      String value = properties.getProperty(name);
      if (value != null) {
        options.put(name, value);
      }
    }
    this.mode = SslMode.ofWord(properties.getProperty("sslmode", "")).orElse(SslMode.VERIFY_FULL);
    this.factory = ServerTls.context(mode, options).getSocketFactory();
  }

  @Override
  public String[] getDefaultCipherSuites() {
    return factory.getDefaultCipherSuites();
  }

  @Override
  public String[] getSupportedCipherSuites() {
    return factory.getSupportedCipherSuites();
  }

  @Override
  public Socket createSocket(Socket socket, String host, int port, boolean autoClose)
      throws IOException {
    SSLSocket secure = (SSLSocket) factory.createSocket(socket, host, port, autoClose);
    ServerTls.applyNameCheck(secure, mode);
    return secure;
  }

  @Override
  public Socket createSocket(String host, int port) throws IOException {
    return factory.createSocket(host, port);
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress localHost, int localPort)
      throws IOException {
    return factory.createSocket(host, port, localHost, localPort);
  }

  @Override
  public Socket createSocket(InetAddress host, int port) throws IOException {
    return factory.createSocket(host, port);
  }

  @Override
  public Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort)
      throws IOException {
    return factory.createSocket(address, port, localAddress, localPort);
  }
}
