package io.holdfast.engine.tenant;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/// What was said about the objects of a group, such as their content types: lines beside the files
/// in a backup, see `docs/format/tenants.md`. Equal ones are held once. *Confined.*
final class AssetHeaders {
  private static final int TEXT_MAX = 32 << 20;
  private static final int VALUE_MAX = 8 << 10;
  private static final int LINE_BYTES_MAX = 64 << 10;

  private final Map<String, SortedMap<String, String>> byName = new LinkedHashMap<>();
  private final Map<SortedMap<String, String>, SortedMap<String, String>> different =
      new HashMap<>();
  private long text;
  private long leftOut;

  /// @param name of the object: its key, or (of those that were read) its path in the backup
  void add(String name, Map<String, String> headers) {
    if (headers.isEmpty()) {
      return;
    }
    SortedMap<String, String> sorted = new TreeMap<>(headers);
    SortedMap<String, String> known = different.get(sorted);
    if (known == null) {
      long more = 0;
      boolean tooLong = false;
      for (Map.Entry<String, String> header : sorted.entrySet()) {
        more += header.getKey().length() + header.getValue().length();
        tooLong |= Math.max(header.getKey().length(), header.getValue().length()) > VALUE_MAX;
      }
      if (tooLong || text + more > TEXT_MAX) {
        leftOut++;
        return;
      }
      text += more;
      different.put(sorted, sorted);
      known = sorted;
    }
    byName.put(name, known);
  }

  boolean isEmpty() {
    return byName.isEmpty();
  }

  /// How many objects' headers are too long, or would have needed too much memory.
  long leftOut() {
    return leftOut;
  }

  Map<String, String> of(String name) {
    return byName.getOrDefault(name, new TreeMap<>());
  }

  void writeTo(TenantContents.Sink sink) throws IOException {
    for (Map.Entry<String, SortedMap<String, String>> entry : byName.entrySet()) {
      String key = base64(entry.getKey());
      for (Map.Entry<String, String> header : entry.getValue().entrySet()) {
        String line = key + '\t' + header.getKey() + '\t' + base64(header.getValue()) + '\n';
        byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
        sink.take(bytes, 0, bytes.length);
      }
    }
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  /// Those of some objects of a group.
  ///
  /// @param paths of the objects in the backup
  static AssetHeaders read(TenantContents contents, String group, Set<String> paths)
      throws IOException {
    AssetHeaders headers = new AssetHeaders();
    String path = TenantPaths.headers(group);
    if (contents.has(path)) {
      Lines lines = new Lines(headers, group, paths);
      contents.copy(path, lines::take);
      lines.end();
    }
    return headers;
  }

  /// Puts pieces together to lines.
  static final class Lines {
    private final AssetHeaders headers;
    private final String group;
    private final Set<String> wanted;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private final Map<String, String> of = new TreeMap<>();
    private String key = "";

    Lines(AssetHeaders headers, String group, Set<String> wanted) {
      this.headers = headers;
      this.group = group;
      this.wanted = wanted;
    }

    void take(byte[] bytes, int offset, int length) {
      for (int i = offset; i < offset + length; i++) {
        if (bytes[i] == '\n') {
          takeLine(line.toString(StandardCharsets.UTF_8));
          line.reset();
        } else if (line.size() == LINE_BYTES_MAX) {
          throw unreadable();
        } else {
          line.write(bytes[i]);
        }
      }
    }

    private void takeLine(String text) {
      String[] parts = text.split("\t", -1);
      if (parts.length != 3) {
        throw unreadable();
      }
      String next = decoded(parts[0]);
      if (!next.equals(key)) {
        end();
        key = next;
      }
      of.put(parts[1], decoded(parts[2]));
    }

    void end() {
      String path = TenantPaths.asset(group, key);
      if (wanted.contains(path)) {
        headers.add(path, of);
      }
      of.clear();
    }

    private static String decoded(String base64) {
      try {
        return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
      } catch (IllegalArgumentException _) {
        throw unreadable();
      }
    }

    private static BackupException unreadable() {
      return new BackupException(
          ErrorCode.OBJECT_CORRUPT,
          "the headers of objects in the backup cannot be read",
          "Run 'holdfast verify' on this backup.");
    }
  }
}
