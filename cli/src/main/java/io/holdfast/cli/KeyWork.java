package io.holdfast.cli;

import io.holdfast.engine.RepositoryAccess;
import io.holdfast.engine.keys.Keys;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the commands about keys share: open the repository, do the work, say what came of it.
final class KeyWork {
  private KeyWork() {}

  /// One command's work.
  @FunctionalInterface
  interface Work {
    Answer run(Keys keys);
  }

  /// What came of it.
  ///
  /// @param json for programs
  /// @param text for people
  record Answer(Map<String, Object> json, String text) {}

  /// @param keyFile the key to open with; null for that of the settings
  static int run(
      CommandContext context, GlobalOptions global, @Nullable String keyFile, Work work) {
    var settings = context.settings(global.flags(keyFile, null, null));
    try (var progress = context.progress(global);
        var repository = new RepositoryAccess(context.engine(progress)).open(settings)) {
      Answer answer = work.run(new Keys(context.engine(progress), repository));
      if (global.json) {
        context.json(answer.json());
      } else {
        context.out().println(answer.text().stripTrailing());
      }
    }
    return 0;
  }
}
