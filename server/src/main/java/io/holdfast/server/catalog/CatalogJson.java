package io.holdfast.server.catalog;

import java.util.Map;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// JSON columns of the catalog.
public final class CatalogJson {
  private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};

  private final JsonMapper mapper;

  public CatalogJson(JsonMapper mapper) {
    this.mapper = mapper;
  }

  /// Not that of requests, which refuses fields it does not know: a newer server may have written.
  public static CatalogJson lenient() {
    return new CatalogJson(
        JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build());
  }

  /// Without NUL, which PostgreSQL keeps in no text.
  public String text(Object value) {
    return mapper.writeValueAsString(value).replace("\\u0000", "\\ufffd");
  }

  /// Text without NUL.
  public static String plain(String text) {
    return text.replace('\0', '\ufffd');
  }

  public Map<String, Object> object(String text) {
    return mapper.readValue(text, OBJECT);
  }

  public <T> T value(String text, Class<T> type) {
    return mapper.readValue(text, type);
  }
}
