package io.holdfast.postgres.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SqlScriptTest {
  @Test
  void cutsAtSemicolonsThatEndStatements() {
    SqlScript script =
        SqlScript.parse(
            """
            -- a comment; with a semicolon
            SELECT 1;
            ;
            SELECT 'a;b''c;', "x;y", $$d;$$, $t$e;$$;$t$, E'\\';', n$1, U&'f;' /* g; /* h; */ */;
            CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2);
            SELECT 2
            """);
    assertThat(script.statements())
        .containsExactly(
            new SqlScript.Statement(2, "SELECT 1"),
            new SqlScript.Statement(
                4,
                "SELECT 'a;b''c;', \"x;y\", $$d;$$, $t$e;$$;$t$, E'\\';', n$1, U&'f;' /* g; /* h; */"
                    + " */"),
            new SqlScript.Statement(5, "CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2)"),
            new SqlScript.Statement(6, "SELECT 2\n"));
  }

  @Test
  void thingsThatDoNotEndReachToTheEnd() {
    for (String text : new String[] {"'a;", "\"a;", "$$a;", "/* a;", "E'a\\", "$a$;$b$"}) {
      assertThat(SqlScript.parse("SELECT " + text).statements()).hasSize(1);
    }
    assertThat(SqlScript.parse("-- nothing").statements()).isEmpty();
  }
}
