package io.holdfast.server.web;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import tools.jackson.databind.json.JsonMapper;

/// `/api/openapi.yaml` and `/api/openapi.json`: what this server answers to, as OpenAPI 3.1. The
/// YAML is written by hand and tests hold it against the server; the JSON is made from it.
@RestController
final class ApiDocument {
  private static final String RESOURCE = "/openapi.yaml";

  private final byte[] yaml;
  private final byte[] json;

  ApiDocument(JsonMapper mapper) {
    this.yaml = read();
    this.json = mapper.writeValueAsBytes(parsed(yaml));
  }

  @GetMapping("/api/openapi.yaml")
  ResponseEntity<byte[]> yaml() {
    return ResponseEntity.ok().contentType(MediaType.APPLICATION_YAML).body(yaml);
  }

  @GetMapping("/api/openapi.json")
  ResponseEntity<byte[]> json() {
    return ResponseEntity.ok().contentType(MediaType.APPLICATION_JSON).body(json);
  }

  private static byte[] read() {
    try (InputStream in =
        Optional.ofNullable(ApiDocument.class.getResourceAsStream(RESOURCE))
            .orElseThrow(() -> new IllegalStateException(RESOURCE + " is not in the class path"))) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Object parsed(byte[] yaml) {
    LoaderOptions options = new LoaderOptions();
    options.setAllowDuplicateKeys(false);
    return new Yaml(new SafeConstructor(options)).load(new String(yaml, StandardCharsets.UTF_8));
  }
}
