package io.holdfast.storage.sftp;

import io.holdfast.storage.Pace;
import io.holdfast.storage.ReadBuffers;
import io.holdfast.storage.TruncatedBlobException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.sftp.common.SftpConstants;
import org.jspecify.annotations.Nullable;

/// Moves the bytes of one file, with several requests under way so that a long line is filled. All
/// answers are waited for before a failure is thrown, so that the channel can be used on.
final class Transfer {
  /// What every server takes in one request.
  private static final int SLICE_BYTES = 32 << 10;

  private static final int UNDER_WAY_MAX = 64;
  private static final int HEADER_BYTES = 512;

  private final Conversation conversation;
  private final Channel.Handle handle;
  private final Pace pace;
  private final Deque<Slice> underWay = new ArrayDeque<>();
  private @Nullable AnsweredException failure;

  Transfer(Channel channel, Channel.Handle handle, Pace pace) {
    this.pace = pace;
    this.conversation = channel.conversation();
    this.handle = handle;
  }

  private record Slice(int number, int position, int length) {}

  /// Writes all remaining bytes from the start of the file on.
  void write(ByteBuffer data) throws IOException {
    int length = data.remaining();
    int start = data.position();
    for (int at = 0; at < length && failure == null; at += SLICE_BYTES) {
      if (underWay.size() == UNDER_WAY_MAX) {
        written(underWay.remove());
      }
      int slice = Math.min(SLICE_BYTES, length - at);
      pace.send(slice);
      byte[] bytes = new byte[slice];
      data.get(start + at, bytes);
      Buffer request = Conversation.request(HEADER_BYTES + slice);
      handle.putInto(request);
      request.putLong(at);
      request.putBytes(bytes);
      underWay.add(new Slice(conversation.send(SftpConstants.SSH_FXP_WRITE, request), at, slice));
    }
    while (!underWay.isEmpty()) {
      written(underWay.remove());
    }
    throwFailure();
  }

  private void written(Slice slice) throws IOException {
    try {
      var _ =
          conversation.require(conversation.answer(slice.number()), SftpConstants.SSH_FXP_STATUS);
    } catch (AnsweredException e) {
      failed(e);
    }
  }

  /// Reads exactly `length` bytes from `offset`, which the file is known to have.
  ///
  /// @throws TruncatedBlobException if it has become shorter
  byte[] read(long offset, int length, ReadBuffers buffers) throws IOException {
    byte[] result = buffers.take(length);
    for (int at = 0; at < length && failure == null; at += SLICE_BYTES) {
      if (underWay.size() == UNDER_WAY_MAX) {
        readInto(result, offset, underWay.remove());
      }
      underWay.add(ask(offset, at, Math.min(SLICE_BYTES, length - at)));
    }
    while (!underWay.isEmpty()) {
      readInto(result, offset, underWay.remove());
    }
    if (failure != null && failure.status() == SftpConstants.SSH_FX_EOF) {
      throw new TruncatedBlobException(
          "the file ends before " + (offset + length) + ", which is shorter than it was", failure);
    }
    throwFailure();
    return result;
  }

  private Slice ask(long offset, int position, int length) throws IOException {
    Buffer request = Conversation.request(HEADER_BYTES);
    handle.putInto(request);
    request.putLong(offset + position);
    request.putInt(length);
    return new Slice(conversation.send(SftpConstants.SSH_FXP_READ, request), position, length);
  }

  /// A server may send less than was asked for: then the rest is asked for.
  private void readInto(byte[] result, long offset, Slice asked) throws IOException {
    Slice slice = asked;
    while (true) {
      int count;
      try {
        Buffer data =
            conversation.require(conversation.answer(slice.number()), SftpConstants.SSH_FXP_DATA);
        count = data.getInt();
        if (count <= 0 || count > slice.length() || count > data.available()) {
          throw conversation.malformed(null);
        }
        data.getRawBytes(result, slice.position(), count);
        pace.receive(count);
      } catch (AnsweredException e) {
        failed(e);
        return;
      } catch (RuntimeException e) {
        throw conversation.malformed(e);
      }
      if (count == slice.length() || failure != null) {
        return;
      }
      slice = ask(offset, slice.position() + count, slice.length() - count);
    }
  }

  private void failed(AnsweredException e) {
    if (failure == null) {
      failure = e;
    }
  }

  private void throwFailure() throws AnsweredException {
    if (failure != null) {
      throw failure;
    }
  }
}
