package io.holdfast.cli;

import io.holdfast.engine.tenant.TenantRestoreRequest.Aim;
import java.util.ArrayList;
import java.util.List;
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
              + " delete what came later. Default: ${DEFAULT-VALUE}.")
  String preset = "create-missing";

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
    return Aim.restore(preset, skipped, Optional.ofNullable(operator));
  }
}
