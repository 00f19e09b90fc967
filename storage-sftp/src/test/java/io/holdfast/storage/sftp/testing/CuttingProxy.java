package io.holdfast.storage.sftp.testing;

import io.holdfast.base.concurrent.Workers;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;

/// Stands between a client and a server and hands on bytes, until a condition holds: then it resets
/// the connections or says nothing more. What is encrypted it cannot see, so conditions look at the
/// server's files.
public final class CuttingProxy implements AutoCloseable {
  private static final int CHUNK_BYTES = 16 << 10;

  private final ServerSocket listening;
  private final int target;
  private final Workers acceptor = Workers.virtual("proxy");
  private final Workers pumps = Workers.virtual("pump");
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private volatile BooleanSupplier cutsAnswers = () -> false;
  private volatile BooleanSupplier cutsRequests = () -> false;
  private volatile BooleanSupplier holdsAnswers = () -> false;

  private CuttingProxy(ServerSocket listening, int target) {
    this.listening = listening;
    this.target = target;
  }

  /// Listens on a free port in front of `target`.
  public static CuttingProxy before(int target) throws IOException {
    var proxy = new CuttingProxy(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), target);
    proxy.acceptor.start(proxy::accept);
    return proxy;
  }

  public int port() {
    return listening.getLocalPort();
  }

  /// Resets all connections instead of handing on an answer when `condition` holds.
  public void cutAnswersWhen(BooleanSupplier condition) {
    cutsAnswers = condition;
  }

  /// Resets all connections instead of handing on a request when `condition` holds.
  public void cutRequestsWhen(BooleanSupplier condition) {
    cutsRequests = condition;
  }

  /// Swallows answers while `condition` holds.
  public void holdAnswersWhen(BooleanSupplier condition) {
    holdsAnswers = condition;
  }

  /// Hands on everything again.
  public void behave() {
    cutsAnswers = () -> false;
    cutsRequests = () -> false;
    holdsAnswers = () -> false;
  }

  /// Resets all connections now.
  public void cut() throws IOException {
    // Not those that come while it goes on: whoever was cut off is quick to call again.
    for (Socket socket : List.copyOf(open)) {
      reset(socket);
    }
  }

  private void accept() throws IOException {
    try {
      while (true) {
        Socket client = listening.accept();
        open.add(client);
        Socket server;
        try {
          server = new Socket(InetAddress.getLoopbackAddress(), target);
        } catch (SocketException _) {
          reset(client); // the server is not there
          continue;
        }
        open.add(server);
        pumps.start(() -> pump(client, server, () -> cutsRequests, () -> () -> false));
        pumps.start(() -> pump(server, client, () -> cutsAnswers, () -> holdsAnswers));
      }
    } catch (SocketException e) {
      if (!listening.isClosed()) {
        throw e;
      }
    }
  }

  private void pump(
      Socket from, Socket to, Choice<BooleanSupplier> cuts, Choice<BooleanSupplier> holds)
      throws IOException {
    byte[] chunk = new byte[CHUNK_BYTES];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int count = in.read(chunk); count >= 0; count = in.read(chunk)) {
        if (cuts.now().getAsBoolean()) {
          cut();
          return;
        }
        if (!holds.now().getAsBoolean()) {
          out.write(chunk, 0, count);
        }
      }
    } catch (IOException _) {
      // one side is gone, so the other one has to go
    } finally {
      reset(from);
      reset(to);
    }
  }

  private interface Choice<T> {
    T now();
  }

  private void reset(Socket socket) throws IOException {
    if (open.remove(socket)) {
      try {
        socket.setSoLinger(true, 0);
      } catch (SocketException _) {
        // closed already
      }
      socket.close();
    }
  }

  @Override
  public void close() throws IOException {
    listening.close();
    acceptor.join();
    acceptor.close();
    cut();
    pumps.close();
  }
}
