package io.holdfast.storage.web.testing;

import io.holdfast.base.concurrent.Workers;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/// Ends TLS in front of a server that has none.
public final class TlsFront implements AutoCloseable {
  private final ServerSocket listening;
  private final int serverPort;
  private final Workers acceptor = Workers.virtual("tls-front");
  private final Workers pumps = Workers.virtual("tls-front-pump");

  private TlsFront(ServerSocket listening, int serverPort) {
    this.listening = listening;
    this.serverPort = serverPort;
  }

  /// One before a server on this machine.
  public static TlsFront before(int serverPort, OwnAuthority authority) throws IOException {
    var front =
        new TlsFront(
            authority
                .server()
                .getServerSocketFactory()
                .createServerSocket(0, 100, InetAddress.getLoopbackAddress()),
            serverPort);
    front.acceptor.start(front::accept);
    return front;
  }

  public String endpoint() {
    return "https://127.0.0.1:" + listening.getLocalPort();
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listening.accept();
        pumps.start(() -> serve(client));
      }
    } catch (IOException _) {
      // closed
    }
  }

  private void serve(Socket client) {
    try (client;
        Socket server = new Socket(InetAddress.getLoopbackAddress(), serverPort)) {
      pumps.start(() -> pump(client, server));
      pump(server, client);
    } catch (IOException _) {
      // one of the two hung up
    }
  }

  private static void pump(Socket from, Socket to) {
    try {
      from.getInputStream().transferTo(to.getOutputStream());
      to.close();
    } catch (IOException _) {
      // one of the two hung up, or does not trust us
    }
  }

  @Override
  public void close() throws IOException {
    listening.close();
    acceptor.join();
    acceptor.close();
    pumps.close();
  }
}
