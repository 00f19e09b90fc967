package io.holdfast.postgres.wire;

import io.holdfast.base.Secret;
import io.holdfast.base.concurrent.Workers;
import io.holdfast.postgres.url.ConnectionUrl;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// Something on the loopback address that says what a test wants, to any number of connections.
public final class ScriptedServer implements AutoCloseable {
  private final ServerSocket socket;
  private final Workers worker = Workers.virtual("scripted");

  /// One connection's worth of talk; the socket is closed afterwards.
  public interface Script {
    void run(DataInputStream in, OutputStream out) throws IOException;
  }

  public ScriptedServer(Script script) throws IOException {
    socket = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    worker.start(() -> serve(script));
  }

  private void serve(Script script) {
    while (!socket.isClosed()) {
      try (Socket connection = socket.accept()) {
        script.run(new DataInputStream(connection.getInputStream()), connection.getOutputStream());
      } catch (IOException _) {
        // The client went away, or the test is over.
      }
    }
  }

  public ConnectionUrl url(String query) {
    return ConnectionUrl.parse(
        new Secret(
            "postgresql://u:pw@127.0.0.1:" + socket.getLocalPort() + "/d?sslmode=disable" + query));
  }

  /// Reads the start-up message.
  public static String startup(DataInputStream in) throws IOException {
    byte[] body = new byte[in.readInt() - 4];
    in.readFully(body);
    return new String(body, StandardCharsets.UTF_8);
  }

  /// Signs anybody in, as a server of a version.
  public static void welcome(DataInputStream in, OutputStream out, String version)
      throws IOException {
    startup(in);
    out.write(message('R', int32(0)));
    out.write(message('S', cstring("server_version"), cstring(version)));
    out.write(message('K', int32(7), int32(8)));
    out.write(message('Z', new byte[] {'I'}));
  }

  /// Reads one message and returns its body.
  public static byte[] read(DataInputStream in) throws IOException {
    in.readByte();
    byte[] body = new byte[in.readInt() - 4];
    in.readFully(body);
    return body;
  }

  public static byte[] message(char type, byte[]... parts) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      body.writeBytes(part);
    }
    return ByteBuffer.allocate(body.size() + 5)
        .put((byte) type)
        .putInt(body.size() + 4)
        .put(body.toByteArray())
        .array();
  }

  public static byte[] error(String state, String message) {
    return message(
        'E', cstring("SFATAL"), cstring("C" + state), cstring("M" + message), new byte[1]);
  }

  public static byte[] int32(int value) {
    return ByteBuffer.allocate(4).putInt(value).array();
  }

  public static byte[] cstring(String text) {
    return (text + "\0").getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public void close() throws IOException {
    socket.close();
    worker.close();
  }
}
