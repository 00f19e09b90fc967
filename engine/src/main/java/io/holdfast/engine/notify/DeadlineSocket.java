package io.holdfast.engine.notify;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;

/// A connection that nobody can hold on to by sending little by little: each read waits for what is
/// left until the deadline, and the handshake of TLS reads from here too. Never through a proxy,
/// which would look the name up again.
///
/// Writes do not block as long as all that is ever written fits into the buffer for sending, which
/// is why requests are as small as [#SEND_BYTES_MAX].
final class DeadlineSocket extends Socket {
  /// How much may be written in the life of the connection, TLS included.
  static final int SEND_BYTES_MAX = 96 << 10;

  private final Deadline deadline;

  DeadlineSocket(Deadline deadline) {
    super(Proxy.NO_PROXY);
    this.deadline = deadline;
  }

  void connectTo(InetSocketAddress address, int shareOfTime) throws IOException {
    setSendBufferSize(2 * SEND_BYTES_MAX);
    connect(address, Math.max(1, deadline.leftMillis() / shareOfTime));
    setTcpNoDelay(true);
  }

  @Override
  public InputStream getInputStream() throws IOException {
    return new BoundedInput(super.getInputStream());
  }

  private final class BoundedInput extends FilterInputStream {
    BoundedInput(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      setSoTimeout(deadline.leftMillis());
      return super.read();
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      setSoTimeout(deadline.leftMillis());
      return super.read(target, offset, length);
    }
  }
}
