package io.holdfast.files.walk;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/// Patterns in the syntax of `.gitignore`; the root that anchored patterns begin at is that of the
/// file system. The last pattern that fits decides. What lies in an excluded directory is never
/// looked at, so it cannot be included again. *Immutable.*
public final class Excludes {
  /// Nothing is excluded.
  public static final Excludes NONE = new Excludes(List.of());

  private static final int RULES_MAX = 10_000;

  private enum Meaning {
    EXCLUDE,
    INCLUDE
  }

  private enum Applies {
    TO_ALL,
    TO_DIRECTORIES
  }

  private record Rule(Pattern pattern, Meaning meaning, Applies applies) {}

  private final List<Rule> rules;

  private Excludes(List<Rule> rules) {
    this.rules = rules;
  }

  /// Understands lines: blank ones and those that begin with `#` mean nothing.
  ///
  /// @throws IllegalArgumentException if a line cannot be understood
  public static Excludes of(List<String> lines) {
    List<Rule> rules = new ArrayList<>();
    for (String line : lines) {
      String text = withoutTrailingSpace(line);
      if (!text.isEmpty() && !text.startsWith("#")) {
        rules.add(rule(text));
      }
    }
    if (rules.size() > RULES_MAX) {
      throw new IllegalArgumentException(
          rules.size() + " patterns, at most " + RULES_MAX + " are possible");
    }
    return new Excludes(List.copyOf(rules));
  }

  /// Whether a directory, with all that is in it, is left out.
  public boolean excludesDirectory(String path) {
    return decide(path, Applies.TO_DIRECTORIES);
  }

  /// Whether anything but a directory is left out.
  public boolean excludesFile(String path) {
    return decide(path, Applies.TO_ALL);
  }

  private boolean decide(String path, Applies kind) {
    for (int i = rules.size() - 1; i >= 0; i--) {
      Rule rule = rules.get(i);
      boolean fits = rule.applies == Applies.TO_ALL || kind == Applies.TO_DIRECTORIES;
      if (fits && rule.pattern.matcher(path).matches()) {
        return rule.meaning == Meaning.EXCLUDE;
      }
    }
    return false;
  }

  private static String withoutTrailingSpace(String line) {
    int end = line.length();
    while (end > 0
        && (line.charAt(end - 1) == ' ' || line.charAt(end - 1) == '\r')
        && !(end > 1 && line.charAt(end - 2) == '\\')) {
      end--;
    }
    return line.substring(0, end);
  }

  private static Rule rule(String text) {
    Meaning meaning = text.startsWith("!") ? Meaning.INCLUDE : Meaning.EXCLUDE;
    String body = meaning == Meaning.INCLUDE ? text.substring(1) : text;
    Applies applies = body.endsWith("/") ? Applies.TO_DIRECTORIES : Applies.TO_ALL;
    if (applies == Applies.TO_DIRECTORIES) {
      body = body.substring(0, body.length() - 1);
    }
    boolean anchored = body.contains("/");
    if (body.startsWith("/")) {
      body = body.substring(1);
    }
    if (body.isEmpty()) {
      throw new IllegalArgumentException("pattern '" + text + "' names nothing");
    }
    try {
      String regex = (anchored ? "" : "(?:.*/)?") + regex(body);
      return new Rule(Pattern.compile(regex, Pattern.DOTALL), meaning, applies);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException("pattern '" + text + "' cannot be understood", e);
    }
  }

  private static String regex(String body) {
    StringBuilder regex = new StringBuilder();
    int at = 0;
    while (at < body.length()) {
      char c = body.charAt(at);
      boolean segmentBegins = at == 0 || body.charAt(at - 1) == '/';
      if (segmentBegins && body.startsWith("**/", at)) {
        regex.append("(?:.*/)?");
        at += 3;
      } else if (segmentBegins && body.substring(at).equals("**")) {
        regex.append(".+");
        at += 2;
      } else if (c == '*') {
        regex.append("[^/]*");
        at++;
      } else if (c == '?') {
        regex.append("[^/]");
        at++;
      } else if (c == '[' && closing(body, at) > 0) {
        int end = closing(body, at);
        regex.append(characterClass(body.substring(at + 1, end)));
        at = end + 1;
      } else if (c == '\\' && at + 1 < body.length()) {
        regex.append(Pattern.quote(body.substring(at + 1, at + 2)));
        at += 2;
      } else {
        regex.append(Pattern.quote(String.valueOf(c)));
        at++;
      }
    }
    return regex.toString();
  }

  /// Where the brackets that open here close; -1 if they do not.
  private static int closing(String body, int open) {
    int at = open + 1;
    if (at < body.length() && (body.charAt(at) == '!' || body.charAt(at) == '^')) {
      at++;
    }
    return body.indexOf(']', at + 1);
  }

  private static String characterClass(String inside) {
    boolean negated = inside.startsWith("!") || inside.startsWith("^");
    String members = negated ? inside.substring(1) : inside;
    StringBuilder out = new StringBuilder(negated ? "[^/" : "[");
    for (int i = 0; i < members.length(); i++) {
      char c = members.charAt(i);
      boolean range = c == '-' && i > 0 && i + 1 < members.length();
      if (!range && !Character.isLetterOrDigit(c)) {
        out.append('\\');
      }
      out.append(c);
    }
    return (negated ? "" : "(?!/)") + out.append(']');
  }
}
