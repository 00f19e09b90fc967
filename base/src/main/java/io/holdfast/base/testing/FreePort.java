package io.holdfast.base.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/// A port of the loopback address for a server that a test starts. It is below those that systems
/// give to whoever asks for any port: between the look and the start of the server, and while it is
/// down to be started again, no outgoing connection of another test takes it.
public final class FreePort {
  private static final int FIRST = 10_000;
  private static final int END = 32_000;
  private static final int TRIES = 1000;

  private FreePort() {}

  public static int any() throws IOException {
    IOException last = new IOException("no port was tried");
    for (int attempt = 0; attempt < TRIES; attempt++) {
      int port = ThreadLocalRandom.current().nextInt(FIRST, END);
      try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return socket.getLocalPort();
      } catch (IOException e) {
        last = e;
      }
    }
    throw last;
  }
}
