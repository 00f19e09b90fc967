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

  public String text(Object value) {
    return mapper.writeValueAsString(value);
  }

  public Map<String, Object> object(String text) {
    return mapper.readValue(text, OBJECT);
  }

  public <T> T value(String text, Class<T> type) {
    return mapper.readValue(text, type);
  }
}
