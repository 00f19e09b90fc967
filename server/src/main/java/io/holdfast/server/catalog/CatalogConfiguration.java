package io.holdfast.server.catalog;

import io.holdfast.base.Entropy;
import java.time.InstantSource;
import java.util.UUID;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/// Connects to the catalog.
@Configuration(proxyBeanMethods = false)
class CatalogConfiguration {
  @Bean
  DataSource catalog(CatalogAddress address) {
    return CatalogConnections.open(address, CatalogConnections.OF_SERVER);
  }

  @Bean
  CatalogJson catalogJson() {
    return CatalogJson.lenient();
  }

  @Bean
  Supplier<UUID> ids(InstantSource clock, Entropy entropy) {
    return new NewIds(clock, entropy);
  }
}
