package io.holdfast.storage.sftp;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;
import org.apache.sshd.sftp.client.RawSftpClient;
import org.apache.sshd.sftp.client.SftpClient;
import org.apache.sshd.sftp.common.SftpConstants;
import org.jspecify.annotations.Nullable;

/// Sends requests of SFTP version 3 and waits for their answers, each with a time limit. *Confined*
/// to one thread at a time. After any failure that is not an answer it is broken for good: nobody
/// knows which answers are still to come.
final class Conversation {
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

  private final SftpClient client;
  private final RawSftpClient raw;
  private final Duration limit;
  private boolean isBroken;

  Conversation(SftpClient client, RawSftpClient raw, Duration limit) {
    this.client = client;
    this.raw = raw;
    this.limit = limit;
  }

  /// Whether it can be used for another operation.
  boolean isUsable() {
    return !isBroken && client.isOpen() && !client.isClosing();
  }

  /// A request to fill in.
  static Buffer request(int bytes) {
    return new ByteArrayBuffer(bytes + 64, false);
  }

  /// A request that begins with a path.
  static Buffer request(String path) {
    byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
    Buffer request = request(bytes.length);
    request.putBytes(bytes);
    return request;
  }

  /// Sends a request and returns its number, by which it is answered.
  int send(int command, Buffer request) throws IOException {
    try {
      return raw.send(command, request);
    } catch (IOException | RuntimeException e) {
      isBroken = true;
      throw e instanceof IOException io ? io : new IOException("cannot send a request", e);
    }
  }

  /// Waits for the answer to a request. A status other than "OK" is an `AnsweredException`.
  Answer answer(int number) throws IOException {
    return answer(number, limit);
  }

  Answer answer(int number, Duration patience) throws IOException {
    Buffer buffer;
    try {
      buffer = await(number, patience);
    } catch (IOException | RuntimeException e) {
      isBroken = true;
      throw e instanceof IOException io ? io : new IOException("cannot read an answer", e);
    }
    try {
      var _ = buffer.getInt();
      int type = buffer.getUByte();
      var _ = buffer.getInt();
      if (type == SftpConstants.SSH_FXP_STATUS) {
        int status = buffer.getInt();
        String message = buffer.available() >= Integer.BYTES ? buffer.getString() : "";
        if (status != SftpConstants.SSH_FX_OK) {
          throw new AnsweredException(
              status, message.isBlank() ? SftpConstants.getStatusName(status) : message.strip());
        }
      }
      return new Answer(type, buffer);
    } catch (RuntimeException e) {
      throw malformed(e);
    }
  }

  private Buffer await(int number, Duration patience) throws IOException {
    long began = System.nanoTime();
    long waited = 0;
    while (waited < patience.toNanos()) {
      if (!client.isOpen() || client.isClosing()) {
        throw new IOException("the connection ended");
      }
      Duration rest = patience.minusNanos(waited);
      Buffer buffer = raw.receive(number, rest.compareTo(LOOK_AGAIN) < 0 ? rest : LOOK_AGAIN);
      if (buffer != null) {
        return buffer;
      }
      waited = System.nanoTime() - began;
    }
    throw new IOException("no answer within " + patience.toMillis() + " ms");
  }

  /// Requires an answer of one type.
  Buffer require(Answer answer, int type) throws IOException {
    if (answer.type() != type) {
      throw malformed(null);
    }
    return answer.body();
  }

  /// An answer that is not what the protocol says: the conversation cannot go on.
  IOException malformed(@Nullable RuntimeException cause) {
    isBroken = true;
    return new IOException("the server sent an answer that is not SFTP", cause);
  }

  /// The rest of an answer, and its type.
  record Answer(int type, Buffer body) {}
}
