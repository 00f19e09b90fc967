package io.holdfast.systemtests;

import io.holdfast.base.concurrent.Workers;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// A port that leads to a server, and whose connections can be cut.
final class CuttableLine implements AutoCloseable {
  private final ServerSocket door;
  private final int serverPort;
  private final Workers workers = Workers.virtual("line");
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();

  private CuttableLine(ServerSocket door, int serverPort) {
    this.door = door;
    this.serverPort = serverPort;
  }

  static CuttableLine to(Cluster server) throws IOException {
    CuttableLine line =
        new CuttableLine(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), server.port());
    line.workers.start(line::acceptAll);
    return line;
  }

  String url() {
    return "postgresql://postgres@127.0.0.1:" + door.getLocalPort() + "/postgres";
  }

  /// Cuts all connections that exist now; new ones can be made.
  void cut() throws IOException {
    // Not those that come while it goes on: whoever was cut off is quick to call again.
    List<Socket> now = List.copyOf(sockets);
    for (Socket socket : now) {
      socket.close();
    }
    now.forEach(sockets::remove);
  }

  private void acceptAll() {
    while (!door.isClosed()) {
      try {
        Socket client = door.accept();
        sockets.add(client);
        connect(client);
      } catch (IOException _) {
        // the door was closed
      }
    }
  }

  private void connect(Socket client) throws IOException {
    try {
      Socket server = new Socket(InetAddress.getLoopbackAddress(), serverPort);
      sockets.add(server);
      Thread.startVirtualThread(() -> carry(client, server));
      Thread.startVirtualThread(() -> carry(server, client));
    } catch (IOException _) {
      client.close(); // the server is away
    }
  }

  private static void carry(Socket from, Socket to) {
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      in.transferTo(out);
    } catch (IOException _) {
      // the other side hears of it by the end of its connection
    }
  }

  @Override
  public void close() throws IOException {
    door.close();
    cut();
    workers.close();
  }
}
