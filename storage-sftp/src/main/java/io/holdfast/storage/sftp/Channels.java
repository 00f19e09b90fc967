package io.holdfast.storage.sftp;

import io.holdfast.storage.StoreRefusedException;
import io.holdfast.storage.StoreUnavailableException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/// A few channels to one place, each made when it is needed and used by one operation at a time.
/// One that failed is closed, and so are those that stand idle then: their connection probably went
/// the same way. *Thread-safe*.
final class Channels implements AutoCloseable {
  /// Most servers let ten unauthenticated connections wait, and count more as an attack.
  static final int CHANNELS_MAX = 4;

  private final Connector connector;
  private final Semaphore permits = new Semaphore(CHANNELS_MAX, true);
  private final Deque<Channel> idle = new ArrayDeque<>();
  private boolean isClosed;

  Channels(Connector connector) {
    this.connector = connector;
  }

  /// Runs `work` with a channel of its own. It must not ask for another one.
  <T> T with(Work<T> work) throws IOException {
    try {
      permits.acquire();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      var interrupted = new InterruptedIOException("interrupted while waiting for a connection");
      interrupted.initCause(e);
      throw interrupted;
    }
    try {
      Channel channel = take();
      if (channel == null) {
        channel = connector.connect();
      }
      try {
        return work.run(channel);
      } finally {
        giveBack(channel);
      }
    } finally {
      permits.release();
    }
  }

  private synchronized @Nullable Channel take() throws StoreUnavailableException {
    if (isClosed) {
      throw new StoreUnavailableException("the store was closed");
    }
    while (!idle.isEmpty()) {
      Channel channel = idle.pop();
      if (channel.isUsable()) {
        return channel;
      }
      channel.close();
    }
    return null;
  }

  private synchronized void giveBack(Channel channel) {
    if (channel.isUsable() && !isClosed) {
      idle.push(channel);
      return;
    }
    channel.close();
    closeIdle();
  }

  private void closeIdle() {
    while (!idle.isEmpty()) {
      idle.pop().close();
    }
  }

  @Override
  public void close() {
    synchronized (this) {
      isClosed = true;
      closeIdle();
    }
    connector.close();
  }

  /// What is done over a channel.
  interface Work<T> {
    T run(Channel channel) throws IOException;
  }

  /// Makes connections.
  interface Connector extends AutoCloseable {
    /// @throws StoreRefusedException if the host or the server refuses us, or we refuse the host
    /// @throws StoreUnavailableException if it cannot be reached
    Channel connect() throws IOException;

    @Override
    void close();
  }
}
