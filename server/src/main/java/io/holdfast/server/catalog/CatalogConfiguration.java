package io.holdfast.server.catalog;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.holdfast.base.Entropy;
import java.time.InstantSource;
import java.util.UUID;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// Connects to the catalog.
@Configuration(proxyBeanMethods = false)
class CatalogConfiguration {
  private static final int CONNECTIONS_MAX = 12;
  private static final long WAIT_MILLIS_MAX = 10_000;
  private static final String SECONDS_MAX = "25";

  @Bean
  DataSource catalog(CatalogAddress address) {
    HikariConfig config = new HikariConfig();
    config.setPoolName("catalog");
    config.setJdbcUrl(address.jdbcUrl());
    config.setUsername(address.user());
    config.setPassword(address.password().expose());
    config.setMaximumPoolSize(CONNECTIONS_MAX);
    config.setConnectionTimeout(WAIT_MILLIS_MAX);
    config.setDataSourceProperties(address.properties());
    config.addDataSourceProperty("ApplicationName", "holdfast");
    // A host that vanishes is noticed before a lease is over.
    config.addDataSourceProperty("connectTimeout", SECONDS_MAX);
    config.addDataSourceProperty("socketTimeout", SECONDS_MAX);
    config.addDataSourceProperty("tcpKeepAlive", "true");
    config.addDataSourceProperty("reWriteBatchedInserts", "true");
    return new HikariDataSource(config);
  }

  @Bean
  CatalogJson catalogJson() {
    // Not that of requests, which refuses fields it does not know: a newer server may have written.
    return new CatalogJson(
        JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build());
  }

  @Bean
  Supplier<UUID> ids(InstantSource clock, Entropy entropy) {
    return new NewIds(clock, entropy);
  }
}
