package io.holdfast.engine.files;

import io.holdfast.files.FileFacts;
import io.holdfast.files.FileFacts.Mark;
import io.holdfast.files.posix.FileStatus;
import io.holdfast.repository.tree.FileEntry;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/// An entry of a backup as people and scripts see it.
public final class ListedEntry {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final String BITS = "rwxrwxrwx";

  private final FileEntry entry;
  private final FileFacts facts;

  ListedEntry(FileEntry entry, FileFacts facts) {
    this.entry = entry;
    this.facts = facts;
  }

  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("path", "/" + entry.path());
    map.put("mode", mode());
    map.put("size", facts.size());
    map.put("modifiedAt", modified());
    map.put("uid", Integer.toUnsignedLong(facts.uid()));
    map.put("gid", Integer.toUnsignedLong(facts.gid()));
    map.put("user", entry.owner());
    map.put("group", entry.group());
    if (!entry.linkTarget().isEmpty()) {
      map.put("linkTarget", entry.linkTarget());
    }
    if (facts.isHardLink()) {
      map.put("hardLink", "/" + facts.hardLink());
    }
    map.put("changedWhileRead", facts.marks().contains(Mark.CHANGED_WHILE_READ));
    return map;
  }

  /// One line as `ls -l` would print it, times in UTC.
  public String describe() {
    String link =
        entry.linkTarget().isEmpty()
            ? facts.isHardLink() ? " link to /" + facts.hardLink() : ""
            : " -> " + entry.linkTarget();
    return String.format(
        Locale.ROOT,
        "%s %-8s %-8s %12d %s %s",
        mode(),
        owner(entry.owner(), facts.uid()),
        owner(entry.group(), facts.gid()),
        facts.size(),
        TIME.format(modified()),
        printable("/" + entry.path() + link));
  }

  /// Control characters could play tricks with a terminal.
  static String printable(String text) {
    StringBuilder out = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            c -> {
              boolean plain =
                  !Character.isISOControl(c) && Character.getType(c) != Character.FORMAT;
              if (plain && c != '\\' && c < 0x10ff00) {
                out.appendCodePoint(c);
              } else {
                out.append(
                    c >= 0x10ff00
                        ? String.format(Locale.ROOT, "\\x%02x", c - 0x10ff00)
                        : c == '\\' ? "\\\\" : String.format(Locale.ROOT, "\\u%04x", c));
              }
            });
    return out.toString();
  }

  private Instant modified() {
    return Instant.ofEpochSecond(
        Math.clamp(
            entry.mtimeSeconds(), Instant.MIN.getEpochSecond(), Instant.MAX.getEpochSecond()),
        facts.modifiedNanos());
  }

  private static String owner(String name, int number) {
    return name.isEmpty() ? Integer.toUnsignedString(number) : printable(name);
  }

  private String mode() {
    StringBuilder text = new StringBuilder();
    text.append(
        switch (entry.mode() & FileStatus.TYPE_MASK) {
          case FileStatus.DIRECTORY -> 'd';
          case FileStatus.SYMLINK -> 'l';
          case FileStatus.FIFO -> 'p';
          case FileStatus.SOCKET -> 's';
          case FileStatus.CHARACTER_DEVICE -> 'c';
          case FileStatus.BLOCK_DEVICE -> 'b';
          default -> '-';
        });
    for (int i = 0; i < BITS.length(); i++) {
      text.append((entry.mode() & (0400 >> i)) == 0 ? '-' : BITS.charAt(i));
    }
    mark(text, 3, 04000, 's', 'S');
    mark(text, 6, 02000, 's', 'S');
    mark(text, 9, 01000, 't', 'T');
    return text.toString();
  }

  private void mark(StringBuilder text, int at, int bit, char executable, char plain) {
    if ((entry.mode() & bit) != 0) {
      text.setCharAt(at, text.charAt(at) == 'x' ? executable : plain);
    }
  }
}
