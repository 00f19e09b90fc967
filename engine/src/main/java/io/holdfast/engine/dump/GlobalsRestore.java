package io.holdfast.engine.dump;

import io.holdfast.postgres.dump.TargetDatabase;
import io.holdfast.postgres.server.SqlScript;
import io.holdfast.postgres.wire.ServerErrorException;
import io.holdfast.repository.tree.TreeFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Makes the roles and tablespaces of a dump that the server does not have. *Confined.*
final class GlobalsRestore {
  private static final int SCRIPT_BYTES_MAX = 64 << 20;
  private static final String DUPLICATE_OBJECT = "42710";

  private static final String NAME = "(?<name>\"(?:[^\"]|\"\")+\"|[^\\s;]+)";
  private static final String ANY = "(?:\"(?:[^\"]|\"\")+\"|[^\\s;]+)";

  /// What `pg_dumpall --globals-only` writes.
  private static final List<Pattern> OBJECTS =
      List.of(
          Pattern.compile("(?:CREATE|ALTER) ROLE " + NAME),
          Pattern.compile("COMMENT ON ROLE " + NAME),
          Pattern.compile("(?:CREATE|ALTER) TABLESPACE " + NAME),
          Pattern.compile("COMMENT ON TABLESPACE " + NAME),
          Pattern.compile("(?:GRANT|REVOKE) .*? ON TABLESPACE " + NAME, Pattern.DOTALL),
          Pattern.compile("GRANT " + ANY + " TO " + NAME));

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
    byte[] bytes = dump.tree().readAll(script.get(), SCRIPT_BYTES_MAX);
    CharBuffer decoded;
    try {
      decoded = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
    } catch (CharacterCodingException _) {
      // A name with other letters would be another role.
      warnings.add(
          "roles are not restored: the old server had no encoding for them, and they are not"
              + " UTF-8");
      return;
    }
    String text =
        decoded
            .toString()
            .lines()
            // Commands for psql, which protect it from hostile names.
            .filter(line -> !line.startsWith("\\restrict") && !line.startsWith("\\unrestrict"))
            .collect(Collectors.joining("\n"));
    Set<String> made = new HashSet<>();
    for (SqlScript.Statement statement : SqlScript.parse(text).statements()) {
      run(statement.text().strip(), made, warnings);
    }
  }

  /// Roles and tablespaces that are there stay as they are: what a script says of them is passed
  /// over.
  private void run(String statement, Set<String> made, List<String> warnings) throws IOException {
    String object = object(statement);
    boolean creates = statement.startsWith("CREATE ");
    if (!creates && !made.contains(object)) {
      return;
    }
    Optional<ServerErrorException> refused = target.tryRun(statement);
    if (refused.isEmpty()) {
      made.add(object);
    } else if (refused.get().sqlState().equals(DUPLICATE_OBJECT)) {
      warnings.add(object + " is there already and stays as it is");
    } else {
      warnings.add(
          "roles: '" + shown(statement) + "' was refused: " + refused.get().serverMessage());
    }
  }

  /// The role or tablespace that a command is about, with its kind, as the script writes it: of a
  /// membership the member.
  private static String object(String statement) {
    for (Pattern pattern : OBJECTS) {
      Matcher found = pattern.matcher(statement);
      if (found.lookingAt()) {
        boolean tablespace = found.group().contains(" TABLESPACE ");
        return (tablespace ? "tablespace " : "role ") + found.group("name");
      }
    }
    return "";
  }

  /// The beginning of a command, which names what it is about.
  private static String shown(String statement) {
    String[] words = statement.strip().split("\\s+", 4);
    return String.join(" ", Arrays.copyOf(words, Math.min(3, words.length))) + " …";
  }
}
