package io.holdfast.storage.sftp;

import io.holdfast.storage.sftp.Conversation.Answer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.sftp.client.RawSftpClient;
import org.apache.sshd.sftp.client.SftpClient;
import org.apache.sshd.sftp.common.SftpConstants;

/// One connection, and the requests that the store makes over it. *Confined* to one thread at a
/// time. Each method says no by `AnsweredException`; what else it throws ends the channel.
final class Channel implements AutoCloseable {
  static final String LINK = "hardlink@openssh.com";
  static final String SYNC = "fsync@openssh.com";
  private static final String SPACE = "statvfs@openssh.com";

  private static final int READ = 1;
  private static final int WRITE_CREATE_NEW = 2 | 8 | 32;
  private static final int OWNER_FILE = 0600;
  private static final int OWNER_DIRECTORY = 0700;
  private static final int HANDLE_BYTES_MAX = 256;

  private final ClientSession session;
  private final Conversation conversation;
  private final Set<String> extensions;
  private final SftpTimeouts timeouts;

  /// `client` belongs to `session`, which this channel closes.
  Channel(ClientSession session, SftpClient client, RawSftpClient raw, SftpTimeouts timeouts) {
    this.session = session;
    this.conversation = new Conversation(client, raw, timeouts.answer());
    this.extensions = Set.copyOf(client.getServerExtensions().keySet());
    this.timeouts = timeouts;
  }

  /// An open file or directory on the server.
  static final class Handle {
    private final byte[] bytes;

    private Handle(byte[] bytes) {
      this.bytes = bytes;
    }

    void putInto(Buffer request) {
      request.putBytes(bytes);
    }
  }

  /// A name in a directory.
  record Entry(String name, Attributes attributes) {}

  boolean isUsable() {
    return conversation.isUsable();
  }

  boolean offers(String extension) {
    return extensions.contains(extension);
  }

  Conversation conversation() {
    return conversation;
  }

  /// Makes a file that was not there and that only its owner may read.
  Handle create(String path) throws IOException {
    Buffer request = Conversation.request(path);
    request.putInt(WRITE_CREATE_NEW);
    Attributes.putPermissions(request, OWNER_FILE);
    return handle(ask(SftpConstants.SSH_FXP_OPEN, request));
  }

  /// Opens a file, or on most servers a directory.
  Handle open(String path) throws IOException {
    Buffer request = Conversation.request(path);
    request.putInt(READ);
    Attributes.putNone(request);
    return handle(ask(SftpConstants.SSH_FXP_OPEN, request));
  }

  void close(Handle handle) throws IOException {
    Buffer request = Conversation.request(HANDLE_BYTES_MAX);
    handle.putInto(request);
    done(ask(SftpConstants.SSH_FXP_CLOSE, request));
  }

  /// Closes after something else failed: that failure counts.
  void closeAfter(Handle handle, Exception failure) {
    if (isUsable()) {
      try {
        close(handle);
      } catch (IOException e) {
        failure.addSuppressed(e);
      }
    }
  }

  /// Makes what was written durable; takes the extension [#SYNC].
  void sync(Handle handle) throws IOException {
    Buffer request = extended(SYNC);
    handle.putInto(request);
    int number = conversation.send(SftpConstants.SSH_FXP_EXTENDED, request);
    done(conversation.answer(number, timeouts.sync()));
  }

  /// Gives `existing` a second name; fails if it is taken. Takes the extension [#LINK].
  void link(String existing, String name) throws IOException {
    Buffer request = extended(LINK);
    request.putBytes(existing.getBytes(StandardCharsets.UTF_8));
    request.putBytes(name.getBytes(StandardCharsets.UTF_8));
    done(ask(SftpConstants.SSH_FXP_EXTENDED, request));
  }

  void remove(String path) throws IOException {
    done(ask(SftpConstants.SSH_FXP_REMOVE, Conversation.request(path)));
  }

  /// Makes a directory that only its owner may enter.
  void makeDirectory(String path) throws IOException {
    Buffer request = Conversation.request(path);
    Attributes.putPermissions(request, OWNER_DIRECTORY);
    done(ask(SftpConstants.SSH_FXP_MKDIR, request));
  }

  /// Of what stands at `path`, of a link itself; empty if nothing does.
  Optional<Attributes> attributes(String path) throws IOException {
    return attributes(SftpConstants.SSH_FXP_LSTAT, path);
  }

  /// Of what `path` leads to; empty if it leads nowhere.
  Optional<Attributes> followed(String path) throws IOException {
    return attributes(SftpConstants.SSH_FXP_STAT, path);
  }

  private Optional<Attributes> attributes(int command, String path) throws IOException {
    try {
      return Optional.of(attributes(ask(command, Conversation.request(path))));
    } catch (AnsweredException e) {
      if (e.saysAbsent()) {
        return Optional.empty();
      }
      throw e;
    }
  }

  Attributes attributes(Handle handle) throws IOException {
    Buffer request = Conversation.request(HANDLE_BYTES_MAX);
    handle.putInto(request);
    return attributes(ask(SftpConstants.SSH_FXP_FSTAT, request));
  }

  /// Hands out what is in a directory, in no order; `.` and `..` may be among it.
  void readDirectory(String path, Consumer<Entry> each) throws IOException {
    Handle handle = handle(ask(SftpConstants.SSH_FXP_OPENDIR, Conversation.request(path)));
    try {
      while (readSome(handle, each)) {
        // the next answer
      }
    } catch (IOException | RuntimeException e) {
      closeAfter(handle, e);
      throw e;
    }
    close(handle);
  }

  private boolean readSome(Handle handle, Consumer<Entry> each) throws IOException {
    Buffer request = Conversation.request(HANDLE_BYTES_MAX);
    handle.putInto(request);
    Answer answer;
    try {
      answer = ask(SftpConstants.SSH_FXP_READDIR, request);
    } catch (AnsweredException e) {
      if (e.status() == SftpConstants.SSH_FX_EOF) {
        return false;
      }
      throw e;
    }
    Buffer names = conversation.require(answer, SftpConstants.SSH_FXP_NAME);
    int count = names.getInt();
    for (int i = 0; i < count; i++) {
      Entry entry;
      try {
        String name = names.getString(StandardCharsets.UTF_8);
        var _ = names.getBytes();
        entry = new Entry(name, Attributes.read(names));
      } catch (RuntimeException e) {
        throw conversation.malformed(e);
      }
      each.accept(entry);
    }
    return true;
  }

  /// Bytes that this user may still write at `path`, -1 if the server does not tell.
  long freeBytes(String path) throws IOException {
    if (!offers(SPACE)) {
      return -1;
    }
    Buffer request = extended(SPACE);
    request.putBytes(path.getBytes(StandardCharsets.UTF_8));
    Answer answer = ask(SftpConstants.SSH_FXP_EXTENDED, request);
    Buffer space = conversation.require(answer, SftpConstants.SSH_FXP_EXTENDED_REPLY);
    try {
      var _ = space.getLong(); // block size
      long unit = space.getLong();
      var _ = space.getLong(); // all
      var _ = space.getLong(); // free, also for root only
      long units = space.getLong();
      return unit > 0 && units >= 0 && units < Long.MAX_VALUE / unit ? unit * units : -1;
    } catch (RuntimeException e) {
      throw conversation.malformed(e);
    }
  }

  private static Buffer extended(String extension) {
    return Conversation.request(extension);
  }

  private Answer ask(int command, Buffer request) throws IOException {
    return conversation.answer(conversation.send(command, request));
  }

  private void done(Answer answer) throws IOException {
    var _ = conversation.require(answer, SftpConstants.SSH_FXP_STATUS);
  }

  private Handle handle(Answer answer) throws IOException {
    Buffer body = conversation.require(answer, SftpConstants.SSH_FXP_HANDLE);
    try {
      byte[] bytes = body.getBytes();
      if (bytes.length <= HANDLE_BYTES_MAX) {
        return new Handle(bytes);
      }
    } catch (RuntimeException e) {
      throw conversation.malformed(e);
    }
    throw conversation.malformed(null);
  }

  private Attributes attributes(Answer answer) throws IOException {
    Buffer body = conversation.require(answer, SftpConstants.SSH_FXP_ATTRS);
    try {
      return Attributes.read(body);
    } catch (RuntimeException e) {
      throw conversation.malformed(e);
    }
  }

  @Override
  public void close() {
    var _ = session.close(true);
  }
}
