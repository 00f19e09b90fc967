package io.holdfast.tenant.scope;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What the names of a scope's own files look like: a path with `{id}`, the scope's id, in it, such
/// as `{id}/**`. Behind the part of the path that has it, `*` stands for any characters but `/`,
/// and `**` for any. So no name fits two ids.
public record KeyPattern(String text) {
  private static final String ID = "{id}";
  private static final int CHARACTERS_MAX = 1_000;
  private static final int STARS_MAX = 4;
  private static final Pattern STARS = Pattern.compile("\\*+");
  private static final Pattern WANDERING = Pattern.compile("(^|/)\\.{0,2}(/|$)");

  /// @throws IllegalArgumentException that says what is wrong, for a message
  public KeyPattern {
    if (text.length() > CHARACTERS_MAX) {
      throw new IllegalArgumentException("it has more than " + CHARACTERS_MAX + " characters");
    }
    int id = text.indexOf(ID);
    if (id < 0 || text.indexOf('{', id + 1) >= 0 || text.indexOf('{') != id) {
      throw new IllegalArgumentException("it has not exactly one {id}, and no other braces");
    }
    if (text.substring(0, end(text)).indexOf('*') >= 0) {
      throw new IllegalArgumentException("a * stands before {id} or beside it: write {id}/**");
    }
    if (wanders(text)) {
      throw new IllegalArgumentException("a part of it is empty, . or ..");
    }
    if (STARS.matcher(text).results().count() > STARS_MAX) {
      throw new IllegalArgumentException("it has more than " + STARS_MAX + " times *");
    }
  }

  /// Behind the part that has the id.
  private static int end(String text) {
    int slash = text.indexOf('/', text.indexOf(ID));
    return slash < 0 ? text.length() : slash;
  }

  /// Whether a name has parts by which it can mean what is written otherwise.
  private static boolean wanders(String name) {
    return WANDERING.matcher(name.startsWith("/") ? name.substring(1) : name).find();
  }

  /// Whether a file is the scope's own.
  ///
  /// @param id as the database writes it
  public boolean fits(String key, String id) {
    if (id.isEmpty() || id.indexOf('/') >= 0 || wanders(key)) {
      return false;
    }
    String own = beginning(id);
    return key.startsWith(own) && rest().matcher(key.substring(own.length())).matches();
  }

  /// What names of an id begin with.
  public String beginning(String id) {
    return text.substring(0, end(text)).replace(ID, id);
  }

  private Pattern rest() {
    String rest = text.substring(end(text));
    StringBuilder regex = new StringBuilder();
    Matcher stars = STARS.matcher(rest);
    int at = 0;
    while (stars.find()) {
      regex.append(Pattern.quote(rest.substring(at, stars.start())));
      regex.append(stars.end() - stars.start() > 1 ? ".*" : "[^/]*");
      at = stars.end();
    }
    return Pattern.compile(
        regex.append(Pattern.quote(rest.substring(at))).toString(), Pattern.DOTALL);
  }
}
