enum TelephonyPlaceholder {}
