package io.holdfast.engine.testing;

import io.holdfast.storage.BlobKey;
import io.holdfast.storage.BlobStore;
import io.holdfast.storage.ForwardingBlobStore;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// A store whose puts stand still while its gate is shut.
public final class GatedBlobStore extends ForwardingBlobStore {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition opened = lock.newCondition();
  private boolean shut;
  private boolean hanging;

  public GatedBlobStore(BlobStore inner) {
    super(inner);
  }

  /// From now on every put waits.
  public void shut() {
    lock.lock();
    try {
      shut = true;
    } finally {
      lock.unlock();
    }
  }

  /// As [#shut], and not even an interrupted put ends, as with a network disk that hangs.
  public void hang() {
    lock.lock();
    try {
      shut = true;
      hanging = true;
    } finally {
      lock.unlock();
    }
  }

  /// Lets all puts through again.
  public void open() {
    lock.lock();
    try {
      shut = false;
      opened.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// The first put that is given up opens the gate: the store was only slow.
  @Override
  public PutResult putIfAbsent(BlobKey key, ByteBuffer data) throws IOException {
    lock.lock();
    try {
      while (shut) {
        if (hanging) {
          opened.awaitUninterruptibly();
        } else {
          opened.await();
        }
      }
    } catch (InterruptedException e) {
      shut = false;
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted at the gate");
    } finally {
      lock.unlock();
    }
    return super.putIfAbsent(key, data);
  }
}
