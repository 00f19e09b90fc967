package io.holdfast.server.web;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import java.util.List;

/// A part of a list.
///
/// @param total how many there are in all
public record Page<T>(List<T> data, long total, int limit, int offset) {
  /// The most entries of one answer.
  public static final int LIMIT_MAX = 200;

  /// Which part.
  public record Window(int limit, int offset) {
    /// @throws BackupException `BAD_ARGUMENT`
    public Window {
      if (limit < 1 || limit > LIMIT_MAX) {
        throw new BackupException(
            ErrorCode.BAD_ARGUMENT,
            "limit " + limit + " is out of range",
            "Give a limit from 1 to " + LIMIT_MAX + ".");
      }
      if (offset < 0) {
        throw new BackupException(
            ErrorCode.BAD_ARGUMENT,
            "offset " + offset + " is negative",
            "Give an offset of 0 or more.");
      }
    }
  }

  public static <T> Page<T> of(List<T> data, long total, Window window) {
    return new Page<>(List.copyOf(data), total, window.limit(), window.offset());
  }
}
