package io.holdfast.cli;

import io.holdfast.engine.api.RepositoryKeys;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the commands about keys share: open the repository, do the work, say what came of it.
final class KeyWork {
  private KeyWork() {}

  /// One command's work.
  @FunctionalInterface
  interface Work {
    Answer run(RepositoryKeys keys);
  }

  /// What came of it.
  ///
  /// @param json for programs
  /// @param text for people
  record Answer(Map<String, Object> json, String text) {}

  /// @param keyFile the key to open with; null for that of the settings
  static int run(
      CommandContext context, GlobalOptions global, @Nullable String keyFile, Work work) {
    Answer answer =
        context.on(
            global,
            context.options(global.flags(keyFile, null, null)),
            (holdfast, watch) -> work.run(holdfast.keys(watch)));
    context.answer(global, answer.json(), List.of(answer.text().stripTrailing()));
    return 0;
  }
}
