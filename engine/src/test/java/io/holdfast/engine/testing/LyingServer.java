package io.holdfast.engine.testing;

import io.holdfast.base.concurrent.Workers;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.function.Supplier;

/// Stands between a client and a real server and may change what the server says.
public final class LyingServer implements AutoCloseable {
  private static final int BODY_BYTES_MAX = 16 << 20;

  private final ServerSocket socket;
  private final Workers accepting = Workers.virtual("lying");

  /// What becomes of the messages of one connection.
  public interface Lie {
    /// Takes one message of the server and sends to the client what is to arrive there.
    void tell(char type, byte[] body, Client client) throws IOException;
  }

  /// Who is lied to.
  public interface Client {
    void send(char type, byte[] body) throws IOException;
  }

  /// @param port the real server's
  /// @param lies one for each connection
  public LyingServer(int port, Supplier<Lie> lies) throws IOException {
    socket = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    accepting.start(() -> serve(port, lies));
  }

  public int port() {
    return socket.getLocalPort();
  }

  private void serve(int port, Supplier<Lie> lies) {
    try (Workers pumps = Workers.virtual("pump")) {
      while (!socket.isClosed()) {
        Socket client = socket.accept();
        Socket server = new Socket(InetAddress.getLoopbackAddress(), port);
        Lie lie = lies.get();
        pumps.start(() -> ask(client, server));
        pumps.start(() -> answer(server, client, lie));
      }
    } catch (IOException _) {
      // The test is over.
    }
  }

  private static void ask(Socket client, Socket server) throws IOException {
    try (client;
        server) {
      client.getInputStream().transferTo(server.getOutputStream());
    }
  }

  private static void answer(Socket server, Socket client, Lie lie) throws IOException {
    try (client;
        server;
        var in = new DataInputStream(new BufferedInputStream(server.getInputStream(), 1 << 16));
        var out =
            new DataOutputStream(new BufferedOutputStream(client.getOutputStream(), 1 << 16))) {
      for (int type = in.read(); type >= 0; type = in.read()) {
        int length = in.readInt() - 4;
        if (length < 0 || length > BODY_BYTES_MAX) {
          throw new IOException("a message of " + length + " bytes");
        }
        lie.tell(
            (char) type,
            in.readNBytes(length),
            (said, body) -> {
              out.writeByte(said);
              out.writeInt(body.length + 4);
              out.write(body);
            });
        if (in.available() == 0) {
          out.flush();
        }
      }
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
    accepting.close();
  }
}
