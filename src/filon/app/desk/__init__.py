"""The desk where partners' programs come: tokens, capture jobs, named queries, subscriptions, by GS1 EPCIS 2.0."""
