package io.holdfast.portable.seal;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.GeneralSecurityException;
import java.util.Objects;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// One message of AES-256-GCM as a stream. The JDK holds all of a message back when it decrypts,
/// but not when it encrypts; both directions are the same exclusive-or with the key stream, so this
/// encrypts in both. *Confined*; for one message.
final class MessageCipher {
  private static final int STEP_BYTES = 4096;

  private final Cipher gcm;
  private byte[] tag = new byte[0];

  MessageCipher(byte[] key, byte[] iv) {
    try {
      gcm = Cipher.getInstance("AES/GCM/NoPadding");
      gcm.init(
          Cipher.ENCRYPT_MODE,
          new SecretKeySpec(key, "AES"),
          new GCMParameterSpec(8 * ChunkCipher.TAG_BYTES, iv));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java lacks AES-GCM", e);
    }
  }

  /// Encrypts what is written to it into `out`. When it is closed, [#tag] is there.
  OutputStream sealing(OutputStream out) {
    return new FilterOutputStream(out) {
      private final byte[] room = new byte[STEP_BYTES + 2 * ChunkCipher.TAG_BYTES];
      private boolean ended;

      @Override
      public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        for (int done = 0; done < length; done += STEP_BYTES) {
          out.write(
              room, 0, update(bytes, offset + done, Math.min(STEP_BYTES, length - done), room));
        }
      }

      @Override
      public void close() throws IOException {
        if (!ended) {
          ended = true;
          out.write(end());
          out.flush();
        }
      }
    };
  }

  /// What was encrypted into `in`, not authenticated.
  InputStream opening(InputStream in) {
    return new InputStream() {
      private final byte[] taken = new byte[STEP_BYTES];
      private byte[] given = new byte[STEP_BYTES + 2 * ChunkCipher.TAG_BYTES];
      private int at;
      private int there;
      private boolean ended;

      @Override
      public int read() throws IOException {
        byte[] single = new byte[1];
        return read(single, 0, 1) < 0 ? -1 : single[0] & 0xff;
      }

      @Override
      public int read(byte[] target, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, target.length);
        while (at == there && !ended) {
          refill();
        }
        int step = Math.min(length, there - at);
        System.arraycopy(given, at, target, offset, step);
        at += step;
        return step == 0 && length > 0 ? -1 : step;
      }

      private void refill() throws IOException {
        int read = in.read(taken);
        at = 0;
        if (read >= 0) {
          there = update(taken, 0, read, given);
        } else {
          given = end();
          there = given.length;
          ended = true;
        }
      }
    };
  }

  /// The tag of what was written to [#sealing].
  byte[] tag() {
    return tag.clone();
  }

  private int update(byte[] bytes, int offset, int length, byte[] target) {
    try {
      return gcm.update(bytes, offset, length, target);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /// What the cipher still held, without the tag.
  private byte[] end() {
    try {
      byte[] last = gcm.doFinal();
      int held = last.length - ChunkCipher.TAG_BYTES;
      tag = java.util.Arrays.copyOfRange(last, held, last.length);
      return java.util.Arrays.copyOf(last, held);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
