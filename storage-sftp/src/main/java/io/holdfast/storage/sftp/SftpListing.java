package io.holdfast.storage.sftp;

import io.holdfast.storage.BlobKey;
import io.holdfast.storage.BlobStore.BlobStat;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// Walks the directories in the order of keys. Holds the names of one directory for each level, and
/// no channel while a name is handed out.
final class SftpListing {
  private final Channels channels;
  private final SftpPlace place;

  SftpListing(Channels channels, SftpPlace place) {
    this.channels = channels;
    this.place = place;
  }

  /// `prefix` is empty or ends in `/`.
  void list(String prefix, Consumer<BlobStat> each) throws IOException {
    for (Entry entry : channels.with(channel -> entries(channel, prefix))) {
      String name = prefix + entry.name();
      if (entry.isDirectory()) {
        list(name, each);
      } else {
        each.accept(new BlobStat(new BlobKey(name), entry.bytes()));
      }
    }
  }

  /// The names that are keys, as the server gives them.
  void names(String prefix, Consumer<String> each) throws IOException {
    List<String> names = new ArrayList<>();
    channels.with(
        channel -> {
          read(
              channel,
              prefix,
              entry -> {
                if (BlobKey.isKey(prefix + entry.name())) {
                  names.add(entry.name());
                }
              });
          return true;
        });
    names.forEach(each);
  }

  private List<Entry> entries(Channel channel, String prefix) throws IOException {
    List<Channel.Entry> found = new ArrayList<>();
    read(
        channel,
        prefix,
        entry -> {
          if (BlobKey.isKey(prefix + entry.name())) {
            found.add(entry);
          }
        });
    List<Entry> entries = new ArrayList<>(found.size());
    for (Channel.Entry each : found) {
      String path = place.directory() + "/" + prefix + each.name();
      Optional<Attributes> attributes =
          each.attributes().areComplete()
              ? Optional.of(each.attributes())
              : channel.attributes(path);
      if (attributes.isPresent()) {
        SftpDirectories.requireNoLink(path, attributes.get());
        entries.add(entry(each.name(), attributes.get()));
      }
    }
    entries.sort(null);
    return entries;
  }

  private void read(Channel channel, String prefix, Consumer<Channel.Entry> each)
      throws IOException {
    String path = place.directory() + "/" + prefix;
    try {
      channel.readDirectory(path.substring(0, path.length() - 1), each);
    } catch (AnsweredException e) {
      // Not there, or a file: OpenSSH says for a file what it says for all else.
      if (e.saysAbsent()
          || channel
              .attributes(path.substring(0, path.length() - 1))
              .filter(attributes -> !attributes.isDirectory())
              .isPresent()) {
        return;
      }
      throw e;
    }
  }

  private static Entry entry(String name, Attributes attributes) {
    if (attributes.isDirectory()) {
      return new Entry(name + "/", 0);
    }
    // A pipe or device stands where a blob was: to leave it out would hide that one is lost.
    return new Entry(name, attributes.isFile() ? attributes.bytes() : 0);
  }

  /// A name, with a `/` at the end for a directory: so that the order is that of whole keys, where
  /// `a-b` comes before `a/b`.
  private record Entry(String name, long bytes) implements Comparable<Entry> {
    boolean isDirectory() {
      return name.endsWith("/");
    }

    @Override
    public int compareTo(Entry other) {
      return name.compareTo(other.name);
    }
  }
}
