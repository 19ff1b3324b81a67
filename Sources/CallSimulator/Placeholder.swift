enum CallSimulatorPlaceholder {}
