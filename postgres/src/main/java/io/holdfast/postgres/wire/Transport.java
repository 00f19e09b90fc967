package io.holdfast.postgres.wire;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;

/// Bytes to and from a server, over TCP, TLS or a Unix socket. Reading may time out; writing may
/// happen from another thread than reading, one at a time.
sealed interface Transport extends AutoCloseable {
  /// Reads at least one byte; 0 when `timeoutMillis` passed without any, -1 at the end.
  int read(byte[] target, int offset, int length, int timeoutMillis) throws IOException;

  void write(byte[] bytes, int offset, int length) throws IOException;

  /// Ends the connection at once, without waiting for the other side.
  @Override
  void close() throws IOException;

  static SocketTransport tcp(InetAddress address, int port, Duration timeout) throws IOException {
    Socket socket = new Socket();
    try {
      socket.connect(new InetSocketAddress(address, port), (int) timeout.toMillis());
      socket.setTcpNoDelay(true);
      socket.setKeepAlive(true);
      return new SocketTransport(socket, socket);
    } catch (IOException | RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  static UnixTransport unix(String path) throws IOException {
    return new UnixTransport(UnixDomainSocketAddress.of(path));
  }

  /// TCP, plain or inside TLS.
  final class SocketTransport implements Transport {
    private final Socket socket;
    private final Socket raw;
    private final InputStream in;
    private final OutputStream out;

    /// @param raw the TCP connection under `socket`, or the same. It is what is closed: the
    ///   farewell of TLS would wait for a server that is still sending
    SocketTransport(Socket socket, Socket raw) throws IOException {
      this.socket = socket;
      this.raw = raw;
      this.in = socket.getInputStream();
      this.out = socket.getOutputStream();
    }

    Socket socket() {
      return socket;
    }

    @Override
    public int read(byte[] target, int offset, int length, int timeoutMillis) throws IOException {
      socket.setSoTimeout(Math.max(1, timeoutMillis));
      try {
        return in.read(target, offset, length);
      } catch (SocketTimeoutException _) {
        return 0;
      }
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      out.write(bytes, offset, length);
      out.flush();
    }

    @Override
    public void close() throws IOException {
      raw.close();
    }
  }

  /// A Unix socket: a channel that does not block, so that reads can time out.
  final class UnixTransport implements Transport {
    private static final int WRITE_WAITS_MAX = 60;

    private final SocketChannel channel;
    private final Selector readable;

    UnixTransport(UnixDomainSocketAddress address) throws IOException {
      channel = SocketChannel.open(address);
      try {
        channel.configureBlocking(false);
        readable = Selector.open();
        channel.register(readable, SelectionKey.OP_READ);
      } catch (IOException | RuntimeException e) {
        channel.close();
        throw e;
      }
    }

    @Override
    public int read(byte[] target, int offset, int length, int timeoutMillis) throws IOException {
      ByteBuffer buffer = ByteBuffer.wrap(target, offset, length);
      int count = channel.read(buffer);
      if (count != 0) {
        return count;
      }
      readable.select(Math.max(1, timeoutMillis));
      readable.selectedKeys().clear();
      return channel.read(buffer);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      ByteBuffer buffer = ByteBuffer.wrap(bytes, offset, length);
      channel.write(buffer);
      if (!buffer.hasRemaining()) {
        return;
      }
      try (Selector writable = Selector.open()) {
        channel.register(writable, SelectionKey.OP_WRITE);
        for (int waits = 0; buffer.hasRemaining(); waits++) {
          if (waits == WRITE_WAITS_MAX) {
            throw new IOException("the server takes nothing from us");
          }
          writable.select(1_000);
          writable.selectedKeys().clear();
          channel.write(buffer);
        }
      }
    }

    @Override
    public void close() throws IOException {
      readable.close();
      channel.close();
    }
  }
}
