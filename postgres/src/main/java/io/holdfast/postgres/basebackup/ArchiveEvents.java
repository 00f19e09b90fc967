package io.holdfast.postgres.basebackup;

import io.holdfast.postgres.basebackup.BackupReceiver.Meta;
import io.holdfast.postgres.basebackup.BackupReceiver.Tablespace;
import io.holdfast.postgres.basebackup.TarParser.Attributes;
import java.io.IOException;

/// Turns the members of one archive into events with clean paths relative to the data directory.
final class ArchiveEvents implements TarParser.Handler {
  private static final int PATH_CHARACTERS_MAX = 4096;

  private final BackupReceiver receiver;
  private final String prefix;

  ArchiveEvents(BackupReceiver receiver, Tablespace archive) {
    this.receiver = receiver;
    this.prefix =
        archive.location().isEmpty()
            ? ""
            : "pg_tblspc/" + Long.toUnsignedString(archive.oid()) + "/";
  }

  @Override
  public void directory(String name, Attributes attributes) throws IOException {
    String clean = strip(name);
    if (!clean.isEmpty()) {
      receiver.directory(meta(clean, attributes));
    }
  }

  @Override
  public void symlink(String name, String target, Attributes attributes) throws IOException {
    receiver.symlink(meta(strip(name), attributes), target);
  }

  @Override
  public void fileBegin(String name, Attributes attributes) throws IOException {
    receiver.fileBegin(meta(strip(name), attributes));
  }

  @Override
  public void fileData(byte[] bytes, int offset, int length) throws IOException {
    receiver.fileData(bytes, offset, length);
  }

  @Override
  public void fileEnd() throws IOException {
    receiver.fileEnd();
  }

  private Meta meta(String name, Attributes attributes) {
    String path = prefix + name;
    if (path.isEmpty() || path.length() > PATH_CHARACTERS_MAX) {
      throw BaseBackup.violation("a name of " + path.length() + " characters");
    }
    for (String segment : path.split("/", -1)) {
      if (segment.isEmpty()
          || segment.equals(".")
          || segment.equals("..")
          || segment.indexOf('\0') >= 0) {
        throw BaseBackup.violation("the name '" + path + "', which leads elsewhere");
      }
    }
    return new Meta(
        path,
        attributes.size(),
        attributes.mode(),
        attributes.mtimeSeconds(),
        attributes.uid(),
        attributes.gid());
  }

  private static String strip(String name) {
    String clean = name.startsWith("./") ? name.substring(2) : name;
    while (clean.endsWith("/")) {
      clean = clean.substring(0, clean.length() - 1);
    }
    return clean.equals(".") ? "" : clean;
  }
}
