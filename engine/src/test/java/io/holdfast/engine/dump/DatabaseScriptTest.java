package io.holdfast.engine.dump;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DatabaseScriptTest {
  @Test
  void commandsGetAnotherNameAndNothingElseChanges() {
    DatabaseScript script =
        DatabaseScript.parse(
            """
            \\restrict x
            SET statement_timeout = 0;
            CREATE DATABASE "a b" WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE = 'C';
            ALTER DATABASE "a b" OWNER TO "DATABASE x";
            \\connect "a b"
            SELECT pg_catalog.set_config('search_path', '', false);
            ALTER DATABASE "a b" SET "my.setting" TO 'DATABASE "a b"; no end';
            ALTER ROLE "IN DATABASE y" IN DATABASE "a b" SET work_mem TO '5MB';
            COMMENT ON DATABASE "a b" IS 'x';
            REVOKE CONNECT,TEMPORARY ON DATABASE "a b" FROM PUBLIC;
            GRANT CONNECT ON DATABASE "a b" TO app WITH GRANT OPTION;
            """,
            "n\"ew");
    assertThat(script.create())
        .containsExactly(
            "CREATE DATABASE \"n\"\"ew\" WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE = 'C'");
    assertThat(script.owner())
        .containsExactly("ALTER DATABASE \"n\"\"ew\" OWNER TO \"DATABASE x\"");
    assertThat(script.properties())
        .containsExactly(
            "ALTER DATABASE \"n\"\"ew\" SET \"my.setting\" TO 'DATABASE \"a b\"; no end'",
            "ALTER ROLE \"IN DATABASE y\" IN DATABASE \"n\"\"ew\" SET work_mem TO '5MB'",
            "COMMENT ON DATABASE \"n\"\"ew\" IS 'x'");
    assertThat(script.privileges())
        .containsExactly(
            "REVOKE CONNECT,TEMPORARY ON DATABASE \"n\"\"ew\" FROM PUBLIC",
            "GRANT CONNECT ON DATABASE \"n\"\"ew\" TO app WITH GRANT OPTION");
  }
}
