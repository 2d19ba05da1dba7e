package org.opensearch.transport.grpc.spi;

/** Stands for the interface of a part that no package registry carries; the k-NN plugin only names it. */
public interface QueryBuilderProtoConverterRegistry {}
