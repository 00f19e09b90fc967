package io.holdfast.engine.config;

import io.holdfast.base.BackupException;
import io.holdfast.base.FileReason;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.Node;

/// Files of configuration, up to the nodes of their text.
final class ReadFile {
  private ReadFile() {}

  /// The text of a file.
  ///
  /// @param bad what is thrown with what is wrong
  static String text(Path file, int bytesMax, Function<List<String>, BackupException> bad) {
    try {
      if (Files.size(file) > bytesMax) {
        throw bad.apply(List.of("the file has more than " + bytesMax + " bytes"));
      }
      return Files.readString(file, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw bad.apply(List.of("cannot be read: " + FileReason.of(e)));
    }
  }

  /// The whole of a YAML text, if there is anything in it; what is no YAML is a problem.
  static Optional<AskedMap> yaml(String text, int depthMax, List<String> problems) {
    try {
      LoaderOptions options = new LoaderOptions();
      options.setAllowDuplicateKeys(false);
      options.setNestingDepthLimit(depthMax);
      Node root = new Yaml(options).compose(new StringReader(text));
      return Optional.ofNullable(root)
          .map(node -> new AskedMap(node, AskedMap.WHOLE_FILE, problems));
    } catch (MarkedYAMLException e) {
      String line = e.getProblemMark() == null ? "" : "line " + (e.getProblemMark().getLine() + 1);
      problems.add(line + ": " + e.getProblem());
    } catch (YAMLException e) {
      // Limits of the parser, such as the depth, come without a place.
      problems.add(String.valueOf(e.getMessage()));
    }
    return Optional.empty();
  }

  /// The whole of a JSON text, which is YAML but for tabs: between the tokens of JSON a tab is a
  /// space, within them there is none.
  static Optional<AskedMap> json(String text, int depthMax, List<String> problems) {
    int before = problems.size();
    Optional<AskedMap> root = yaml(text.replace('\t', ' '), depthMax, problems);
    if (root.isEmpty() && problems.size() == before) {
      problems.add("it is empty");
    }
    return root;
  }
}
