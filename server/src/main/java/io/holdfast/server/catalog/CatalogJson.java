package io.holdfast.server.catalog;

import java.util.Map;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/// JSON columns of the catalog.
public final class CatalogJson {
  private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};

  private final JsonMapper mapper;

  public CatalogJson(JsonMapper mapper) {
    this.mapper = mapper;
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
