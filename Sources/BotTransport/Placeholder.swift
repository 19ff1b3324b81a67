enum BotTransportPlaceholder {}
