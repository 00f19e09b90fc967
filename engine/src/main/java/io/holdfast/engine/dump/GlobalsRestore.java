package io.holdfast.engine.dump;

import io.holdfast.postgres.dump.TargetDatabase;
import io.holdfast.postgres.server.SqlScript;
import io.holdfast.postgres.wire.ServerErrorException;
import io.holdfast.repository.tree.TreeFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// Makes the roles and tablespaces of a dump that the server does not have. *Confined.*
final class GlobalsRestore {
  private static final int SCRIPT_BYTES_MAX = 64 << 20;
  private static final String DUPLICATE_OBJECT = "42710";

  private final TargetDatabase target;

  GlobalsRestore(TargetDatabase target) {
    this.target = target;
  }

  /// @param warnings what the server refused is added here, without what may be a password
  void run(DumpContents dump, List<String> warnings) throws IOException {
    Optional<TreeFile> script = dump.tree().file(DumpPaths.GLOBALS);
    if (script.isEmpty()) {
      warnings.add("the dump has no roles");
      return;
    }
    String text =
        new String(dump.tree().readAll(script.get(), SCRIPT_BYTES_MAX), StandardCharsets.UTF_8)
            .lines()
            // Commands for psql, which protect it from hostile names.
            .filter(line -> !line.startsWith("\\restrict") && !line.startsWith("\\unrestrict"))
            .collect(Collectors.joining("\n"));
    for (SqlScript.Statement statement : SqlScript.parse(text).statements()) {
      Optional<ServerErrorException> refused = target.tryRun(statement.text());
      if (refused.isPresent() && !refused.get().sqlState().equals(DUPLICATE_OBJECT)) {
        warnings.add(
            "roles: '"
                + shown(statement.text())
                + "' was refused: "
                + refused.get().serverMessage());
      }
    }
  }

  /// The beginning of a command, which names what it is about.
  private static String shown(String statement) {
    String[] words = statement.strip().split("\\s+", 4);
    return String.join(" ", Arrays.copyOf(words, Math.min(3, words.length))) + " …";
  }
}
