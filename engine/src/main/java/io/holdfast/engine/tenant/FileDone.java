package io.holdfast.engine.tenant;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.tenant.FileStep.Action;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A line of what a restore did to files.
record FileDone(Action action, String group, String key, String after) {
  private static final int LINES_MAX = 10_000_000;

  /// What a safety backup says of it, a line for each file.
  static Stream<FileDone> of(TenantContents backup) throws IOException {
    String text = new String(backup.all(TenantPaths.UNDO_FILES), StandardCharsets.UTF_8);
    return text.lines().limit(LINES_MAX).map(FileDone::parse);
  }

  /// As [#of] reads it.
  static byte[] lines(Stream<FileDone> all) {
    return all.map(FileDone::line).collect(Collectors.joining()).getBytes(StandardCharsets.UTF_8);
  }

  private String line() {
    String encoded = Base64.getEncoder().encodeToString(key.getBytes(StandardCharsets.UTF_8));
    return action.word() + "\t" + group + "\t" + encoded + "\t" + after + "\n";
  }

  private static FileDone parse(String line) {
    String[] parts = line.split("\t", -1);
    try {
      if (parts.length == 4 && parts[0].length() == 1) {
        for (Action action : Action.values()) {
          if (action.word() == parts[0].charAt(0)) {
            byte[] key = Base64.getDecoder().decode(parts[2]);
            return new FileDone(
                action, parts[1], new String(key, StandardCharsets.UTF_8), parts[3]);
          }
        }
      }
    } catch (IllegalArgumentException _) {
      // no Base64, refused as the others
    }
    throw new BackupException(
        ErrorCode.OBJECT_CORRUPT,
        "what a restore did to files cannot be read",
        "Run 'holdfast verify' on this backup.");
  }
}
