package io.holdfast.examples.library;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.Secret;
import io.holdfast.engine.api.Options;
import io.holdfast.postgres.testing.TestPrograms;
import io.holdfast.postgres.testing.TestServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BackUpAndRestoreTest {
  private static final String PASSPHRASE = "seven words that nobody else would think of";
  private static final String ROWS =
      "SELECT count(*) || ' ' || md5(string_agg(o::text, '|' ORDER BY id)) FROM orders o";

  @TempDir Path temporary;

  @Test
  void filesAndRowsComeBackAsTheyWere() throws IOException {
    Path root = temporary.toRealPath();
    Path tree = makeTree(root);
    try (TestServer server = TestServer.start(TestPrograms.WITH_TOOLS, Map.of())) {
      server.sql("CREATE DATABASE shop");
      sql(
          server,
          "shop",
          "CREATE TABLE orders AS SELECT id, md5(id::text) AS what FROM generate_series(1, 5000) id;"
              + " ALTER TABLE orders ADD PRIMARY KEY (id)");

      String first = run(root, tree, "restored", server, "shop_restored");

      assertThat(first).contains("made the repository", "key-1:");
      assertThat(first).contains("restored all files").contains("restored 5000 rows");
      assertThat(first).doesNotContain(PASSPHRASE).doesNotContain("warning");
      requireSame(tree, root.resolve("restored").resolve(tree.toString().substring(1)));
      assertThat(sql(server, "shop_restored", ROWS))
          .isEqualTo(sql(server, "shop", ROWS))
          .startsWith("5000 ");
      assertThat(definitions(server, "shop_restored")).isEqualTo(definitions(server, "shop"));

      Files.writeString(tree.resolve("a/new"), "new");
      sql(server, "shop", "DELETE FROM orders WHERE id > 10");
      String second = run(root, tree, "restored-2", server, "shop_restored_2");
      assertThat(second).doesNotContain("made the repository").contains("restored 10 rows");
      assertThat(second.lines().filter(line -> line.startsWith("in the repository"))).hasSize(4);
      requireSame(tree, root.resolve("restored-2").resolve(tree.toString().substring(1)));
    }
  }

  private static String run(Path root, Path tree, String to, TestServer server, String database) {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    Options options =
        BackUpAndRestore.options(
            root.resolve("repository"), new Secret(PASSPHRASE), new Secret(url(server, "shop")));
    new BackUpAndRestore(options, new PrintStream(printed, true, StandardCharsets.UTF_8))
        .run(tree, root.resolve(to), new Secret(url(server, database)));
    return printed.toString(StandardCharsets.UTF_8);
  }

  private static Path makeTree(Path root) throws IOException {
    Path tree = Files.createDirectories(root.resolve("tree"));
    Files.createDirectories(tree.resolve("a/b"));
    Files.writeString(tree.resolve("a/one"), "one");
    Files.write(tree.resolve("a/b/large"), new byte[3 << 20]);
    Files.createSymbolicLink(tree.resolve("link"), Path.of("a/one"));
    Files.createDirectory(tree.resolve("empty"));
    return tree;
  }

  private static void requireSame(Path expected, Path actual) throws IOException {
    String differences =
        TestPrograms.run(List.of("rsync", "-niacHAX", "--delete", expected + "/", actual + "/"));
    assertThat(differences).isEmpty();
  }

  private static String definitions(TestServer server, String database) throws IOException {
    return TestPrograms.run(
            List.of(
                server.programs().program("pg_dump").toString(),
                "--schema-only",
                "--dbname=" + url(server, database)))
        .replaceAll("(?m)^\\\\(un)?restrict .*$", "");
  }

  private static String sql(TestServer server, String database, String statements)
      throws IOException {
    return TestPrograms.run(
        List.of(
            server.programs().program("psql").toString(),
            "-X",
            "-At",
            "-v",
            "ON_ERROR_STOP=1",
            "--dbname=" + url(server, database),
            "-c",
            statements));
  }

  private static String url(TestServer server, String database) {
    return "postgresql://postgres@127.0.0.1:" + server.port() + "/" + database + "?sslmode=disable";
  }
}
