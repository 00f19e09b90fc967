package io.holdfast.postgres.sql;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import javax.net.SocketFactory;

/// Lets pgjdbc, which knows only TCP, use a Unix socket. Made by pgjdbc itself, with the path of
/// the socket.
public final class UnixSocketFactory extends SocketFactory {
  private final String path;

  /// @param path the socket file, as `socketFactoryArg`
  public UnixSocketFactory(String path) {
    this.path = path;
  }

  @Override
  public Socket createSocket() {
    return new UnixSocket(path);
  }

  @Override
  public Socket createSocket(String host, int port) throws IOException {
    return connected();
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress localHost, int localPort)
      throws IOException {
    return connected();
  }

  @Override
  public Socket createSocket(InetAddress host, int port) throws IOException {
    return connected();
  }

  @Override
  public Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort)
      throws IOException {
    return connected();
  }

  private Socket connected() throws IOException {
    UnixSocket socket = new UnixSocket(path);
    socket.open();
    return socket;
  }

  /// A socket whose bytes go through a channel. Time limits on reads are not kept: the server is on
  /// this machine.
  private static final class UnixSocket extends Socket {
    private final String path;
    private SocketChannel channel;

    UnixSocket(String path) {
      this.path = path;
      try {
        this.channel = SocketChannel.open(java.net.StandardProtocolFamily.UNIX);
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }

    void open() throws IOException {
      channel.connect(UnixDomainSocketAddress.of(path));
    }

    @Override
    public void connect(SocketAddress endpoint) throws IOException {
      open();
    }

    @Override
    public void connect(SocketAddress endpoint, int timeout) throws IOException {
      open();
    }

    @Override
    public InputStream getInputStream() {
      return Channels.newInputStream(channel);
    }

    @Override
    public OutputStream getOutputStream() {
      return Channels.newOutputStream(channel);
    }

    @Override
    public boolean isConnected() {
      return channel.isConnected();
    }

    @Override
    public boolean isClosed() {
      return !channel.isOpen();
    }

    @Override
    public void setTcpNoDelay(boolean on) {}

    @Override
    public void setKeepAlive(boolean on) {}

    @Override
    public void setSoTimeout(int timeout) {}

    @Override
    public int getSoTimeout() {
      return 0;
    }

    @Override
    public void setReceiveBufferSize(int size) {}

    @Override
    public void setSendBufferSize(int size) {}

    @Override
    public int getSendBufferSize() throws SocketException {
      return 64 << 10;
    }

    @Override
    public int getReceiveBufferSize() throws SocketException {
      return 64 << 10;
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
