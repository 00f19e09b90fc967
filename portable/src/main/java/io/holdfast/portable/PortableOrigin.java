package io.holdfast.portable;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Quoted;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Where the content of a portable file comes from.
///
/// @param kind such as `tenant` or `dump`
/// @param scope name of the scope, of a file that holds a part
/// @param scopeId what the part is of
/// @param createdAt moment of the snapshot, kept in milliseconds
/// @param tool name and version of what wrote it
public record PortableOrigin(
    String kind,
    @Nullable String scope,
    @Nullable String scopeId,
    Instant createdAt,
    String tool,
    @Nullable String serverVersion,
    @Nullable String schemaFingerprint) {
  private static final Pattern KIND = Pattern.compile("[a-z][a-z-]{0,31}");
  private static final int TOOL_CHARACTERS_MAX = 200;

  public PortableOrigin {
    if (!KIND.matcher(kind).matches() || tool.length() > TOOL_CHARACTERS_MAX) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          Quoted.of(kind) + " by " + Quoted.of(tool) + " is no origin of a portable file",
          "A kind is a word in small letters.");
    }
    createdAt = createdAt.truncatedTo(ChronoUnit.MILLIS);
  }
}
