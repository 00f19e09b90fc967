package io.holdfast.postgres.wire;

import io.holdfast.postgres.url.ConnectionUrl.Host;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
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

  @Override
  void close() throws IOException;

  static Transport connect(Host host, Duration timeout) throws IOException {
    if (host.isSocketDirectory()) {
      return new UnixTransport(
          UnixDomainSocketAddress.of(host.name() + "/.s.PGSQL." + host.port()));
    }
    Socket socket = new Socket();
    try {
      socket.connect(new InetSocketAddress(host.name(), host.port()), (int) timeout.toMillis());
      socket.setTcpNoDelay(true);
      socket.setKeepAlive(true);
      return new SocketTransport(socket);
    } catch (IOException | RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  /// TCP, plain or inside TLS.
  final class SocketTransport implements Transport {
    final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    SocketTransport(Socket socket) throws IOException {
      this.socket = socket;
      this.in = socket.getInputStream();
      this.out = socket.getOutputStream();
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
      socket.close();
    }
  }

  /// A Unix socket: a channel that does not block, so that reads can time out.
  final class UnixTransport implements Transport {
    private final SocketChannel channel;
    private final Selector readable;

    UnixTransport(UnixDomainSocketAddress address) throws IOException {
      channel = SocketChannel.open(address);
      try {
        channel.configureBlocking(false);
        readable = Selector.open();
        channel.register(readable, SelectionKey.OP_READ);
      } catch (IOException e) {
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
      try (Selector writable = Selector.open()) {
        while (buffer.hasRemaining()) {
          if (channel.write(buffer) == 0) {
            channel.register(writable, SelectionKey.OP_WRITE);
            writable.select(1_000);
            writable.selectedKeys().clear();
          }
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
