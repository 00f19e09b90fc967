package io.holdfast.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/// What the type of a file system tells about its promises.
enum FileSystemKind {
  /// A disk of this host.
  LOCAL(""),
  /// Shared over a network or served by another process: names are cached for a time, and an answer
  /// can get lost.
  NETWORK("caches directories for a time: use this repository from one host only"),
  /// Gone when the host goes down.
  VOLATILE("is kept in memory: the repository is lost when this host stops");

  private final String remark;

  FileSystemKind(String remark) {
    this.remark = remark;
  }

  String remark() {
    return remark;
  }

  static String typeOf(Path directory) throws IOException {
    return Files.getFileStore(directory).type();
  }

  static FileSystemKind ofType(String type) {
    String name = type.toLowerCase(Locale.ROOT);
    if (name.equals("tmpfs") || name.equals("ramfs")) {
      return VOLATILE;
    }
    for (String network :
        new String[] {"nfs", "cifs", "smb", "fuse", "9p", "afs", "ceph", "lustre", "gluster"}) {
      if (name.startsWith(network)) {
        return NETWORK;
      }
    }
    return LOCAL;
  }
}
