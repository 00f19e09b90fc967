package io.holdfast.cli;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.tenant.TenantRestoreRequest.Aim;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// What a restore of a tenant is to reach: the preview of it takes the same.
final class TenantPresetOptions {
  @Option(
      names = "--preset",
      paramLabel = "PRESET",
      description =
          "create-missing: only what is missing. overwrite: also rows that changed. mirror: also"
              + " delete what came later. Default: create-missing.")
  @Nullable String preset;

  @Option(
      names = "--copy-to",
      paramLabel = "ID",
      description =
          "Copy the rows to the tenant with this id, which need not be there; ids are made anew.")
  @Nullable String copyTo;

  @Option(
      names = "--operation",
      paramLabel = "NAME",
      description =
          "With --copy-to: names the copy. What was copied under this name is not copied again."
              + " Default: there is one copy of one tenant to the other.")
  @Nullable String operation;

  @Option(
      names = "--skip",
      paramLabel = "TABLE",
      description = "Leave this table as it is. May be given several times.")
  List<String> skipped = new ArrayList<>();

  @Option(
      names = "--operator",
      paramLabel = "VALUE",
      description =
          "Who stands for rows of shared tables that are missing, where the map says"
              + " map-to-operator: the value of their natural key, such as an e-mail address.")
  @Nullable String operator;

  Aim aim() {
    if (copyTo != null) {
      if (preset != null) {
        throw new BackupException(
            ErrorCode.BAD_ARGUMENT,
            "--preset " + preset + " and --copy-to exclude each other",
            "A copy changes nothing that is there: leave --preset out.");
      }
      return new Aim.Copy(
          copyTo, Optional.ofNullable(operation), skipped, Optional.ofNullable(operator), Map.of());
    }
    if (operation != null) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "--operation " + operation + " names a copy, and there is no --copy-to",
          "Say to which tenant to copy, with --copy-to.");
    }
    return Aim.restore(
        preset == null ? "create-missing" : preset, skipped, Optional.ofNullable(operator));
  }
}
