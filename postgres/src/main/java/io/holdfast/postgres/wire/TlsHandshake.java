package io.holdfast.postgres.wire;

import io.holdfast.postgres.url.ConnectionUrl;
import io.holdfast.postgres.url.ConnectionUrl.Host;
import io.holdfast.postgres.wire.TlsRefusedException.Reason;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;

/// Asks the server for TLS and puts it over the connection.
final class TlsHandshake {
  private static final int SSL_REQUEST = 80877103;

  private TlsHandshake() {}

  /// Owns `plain` from now on: it is closed on any failure.
  static Transport over(
      Transport.SocketTransport plain, ConnectionUrl url, Host host, Duration timeout)
      throws IOException {
    try {
      request(plain, url, timeout);
      return handshake(plain, url, host, timeout);
    } catch (SSLException e) {
      plain.close();
      throw new TlsRefusedException(Reason.NOT_TRUSTED, text(e), e);
    } catch (IOException | RuntimeException e) {
      plain.close();
      throw e;
    }
  }

  /// Reads exactly one byte: anything that somebody put behind it would be taken for part of the
  /// handshake and fail there.
  private static void request(Transport.SocketTransport plain, ConnectionUrl url, Duration timeout)
      throws IOException {
    byte[] request = ByteBuffer.allocate(8).putInt(8).putInt(SSL_REQUEST).array();
    plain.write(request, 0, request.length);
    byte[] answer = new byte[1];
    int count = plain.read(answer, 0, 1, (int) timeout.toMillis());
    if (count != 1) {
      throw new IOException("no answer to the request for TLS");
    }
    switch (answer[0]) {
      case 'S' -> {}
      case 'N' ->
          throw new TlsRefusedException(
              Reason.NOT_OFFERED,
              "the server does not offer TLS, and sslmode=" + url.sslMode().word() + " wants it",
              null);
      case 'E' -> throw new IOException("the server refused the connection before TLS");
      default ->
          throw new WireViolationException(
              "something else than an answer to the request for TLS; this is no PostgreSQL server");
    }
  }

  private static Transport handshake(
      Transport.SocketTransport plain, ConnectionUrl url, Host host, Duration timeout)
      throws IOException {
    Socket socket = plain.socket();
    socket.setSoTimeout((int) timeout.toMillis());
    SSLSocket secure =
        (SSLSocket)
            ServerTls.context(url)
                .getSocketFactory()
                .createSocket(socket, host.name(), host.port(), true);
    ServerTls.applyNameCheck(secure, url.sslMode());
    secure.startHandshake();
    return new Transport.SocketTransport(secure, socket);
  }

  private static String text(SSLException e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }
}
