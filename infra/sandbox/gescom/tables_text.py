"""Column by column, what `schema` makes. The notation is explained there."""

TABLES: dict[str, str] = {
    "P_DOSSIER": "D_RaisonSoc 35 D_Profession 35 D_Adresse 35 D_CodePostal 9 D_Ville 35 D_Pays 35 D_Siret 15 "
    "D_Identifiant 25 D_Ape 7 D_Telephone 21 D_EMail 69 D_Site 69",
    "P_DOSSIERCIAL": "D_ImprimeFacture 259 D_ImprimeCGV 259",
    "P_UNITE": "U_Intitule 21 U_Correspondance 3 cbIndice s",
    "P_GAMME": "G_Intitule 35 G_Type s cbIndice s",
    "P_CONDITIONNEMENT": "P_Conditionnement 35 cbIndice s",
    "P_CATTARIF": "CT_Intitule 35 CT_PrixTTC s cbIndice s",
    "P_CATCOMPTA": "CA_ComptaVen01 35 CA_ComptaVen02 35 CA_ComptaVen03 35 CA_ComptaVen04 35",
    "P_INTSTATART": "S_Intitule 35",
    "P_EXPEDITION": "E_Intitule 35 E_Mode s AR_Ref 19 E_ValFrais # cbIndice s",
    "P_REGLEMENT": "R_Intitule 35 R_Code 5 cbIndice s",
    "P_SOUCHEVENTE": "S_Intitule 35 S_Valide s cbIndice s",
    "P_DEVISE": "D_Intitule 35 D_Format 31 D_Cours # D_Monnaie 21 D_SousMonnaie 21 D_CodeISO 3 D_Sigle 5 D_Mode s cbIndice s",
    "P_CRISQUE": "R_Intitule 35 R_Type s cbIndice s",
    "F_DEPOT": "DE_No i! DE_Intitule 35! DE_Code 9 DE_Ville 35 DE_Principal s DE_Exclure s",
    "F_COLLABORATEUR": "CO_No i! CO_Nom 35 CO_Prenom 35 CO_Fonction 35 CO_EMail 69",
    "F_TAXE": "TA_Code 5! TA_Intitule 35 TA_Taux # TA_TTaux s TA_Type s TA_Sens s",
    "F_FAMILLE": "FA_CodeFamille 11! FA_Intitule 35 FA_Type s FA_Central 11",
    "F_FAMCOMPTA": "FA_CodeFamille 11! FCP_Type s FCP_Champ s FCP_ComptaCPT_Taxe1 5 FCP_ComptaCPT_Taxe2 5 "
    "FCP_ComptaCPT_Taxe3 5",
    "F_CATALOGUE": "CL_No i! CL_Intitule 35 CL_Code 3 CL_NoParent i CL_Niveau s",
    "F_ARTICLE": "AR_Ref 19! AR_Design 69 AR_Langue1 69 AR_Langue2 69 FA_CodeFamille 11! CL_No1 i CL_No2 i CL_No3 i "
    "CL_No4 i AR_CodeBarre 19 AR_EdiCode 45 AR_Raccourci 7 AR_Substitut 19 AR_PrixVen # AR_PrixTTC s AR_PrixAch # "
    "AR_Coef # AR_PUNet # AR_CoutStd # AR_PrixVenNouv # AR_PrixAchNouv # AR_CoefNouv # AR_DateApplication d "
    "AR_UniteVen s AR_UnitePoids s AR_PoidsNet # AR_PoidsBrut # AR_Gamme1 s AR_Gamme2 s AR_Condition s "
    "AR_SuiviStock s AR_Nomencl s AR_Contremarque s AR_Publie s AR_Sommeil s AR_Photo 259 AR_Garantie s AR_Delai s "
    "AR_NbColis s AR_CodeFiscal 25 AR_Pays 35 AR_Stat01 21 AR_Stat02 21 AR_Stat03 21 AR_Stat04 21 AR_Stat05 21 "
    "AR_Type s AR_Nature s AR_Fictif s AR_DateCreation d AR_DateModif d",
    "F_ARTICLEMEDIA": "AR_Ref 19! ME_Commentaire 69 ME_Fichier 259",
    "F_ARTGLOSS": "AR_Ref 19! GL_No i!",
    "F_GLOSSAIRE": "GL_No i! GL_Intitule 35 GL_Text t",
    "F_ARTGAMME": "AR_Ref 19! AG_No i! EG_Enumere 21 AG_Type s",
    "F_ARTENUMREF": "AR_Ref 19! AG_No1 i! AG_No2 i! AE_Ref 19 AE_CodeBarre 19 AE_PrixAch # AE_EdiCode 45 AE_Sommeil s",
    "F_CONDITION": "AR_Ref 19! CO_No i! EC_Enumere 21 EC_Quantite # CO_Ref 19 CO_CodeBarre 19 CO_Principal s",
    "F_NOMENCLAT": "AR_Ref 19! NO_RefDet 19! NO_Qte # NO_Type s AG_No1Comp i AG_No2Comp i",
    "F_ARTCOMPTA": "AR_Ref 19! ACP_Type s ACP_Champ s ACP_ComptaCPT_Taxe1 5 ACP_ComptaCPT_Taxe2 5 ACP_ComptaCPT_Taxe3 5",
    "F_ARTCLIENT": "AR_Ref 19! AC_Categorie s CT_Num 17 AC_PrixVen # AC_PrixTTC s AC_Coef # AC_Remise # AC_TypeRem s "
    "AC_QteMont s AC_PrixDev # AC_Devise s AC_RefClient 19 AC_PrixVenNouv # AC_DateApplication d",
    "F_TARIFGAM": "AR_Ref 19! TG_RefCF 17! AG_No1 i AG_No2 i TG_Prix # TG_Ref 19 TG_CodeBarre 19",
    "F_TARIFCOND": "AR_Ref 19! TC_RefCF 17! CO_No i TC_Prix #",
    "F_TARIFQTE": "AR_Ref 19! TQ_RefCF 17! TQ_BorneSup # TQ_Remise01REM_Valeur # TQ_Remise01REM_Type s "
    "TQ_Remise02REM_Valeur # TQ_Remise02REM_Type s TQ_Remise03REM_Valeur # TQ_Remise03REM_Type s TQ_PrixNet #",
    "F_ARTSTOCK": "AR_Ref 19! DE_No i! AS_QteSto # AS_QteRes # AS_QteCom # AS_QtePrepa # AS_QteAControler # "
    "AS_QteResCM # AS_QteComCM # AS_QteMini # AS_QteMaxi # AS_MontSto # AS_Principal s AS_Mouvemente s",
    "F_GAMSTOCK": "AR_Ref 19! AG_No1 i! AG_No2 i! DE_No i! GS_QteSto # GS_QteRes # GS_QteCom # GS_QtePrepa # "
    "GS_QteAControler # GS_QteMini # GS_QteMaxi #",
    "F_COMPTET": "CT_Num 17! CT_Intitule 69 CT_Type s CG_NumPrinc 13 CT_Qualite 17 CT_Classement 17 CT_Raccourci 7 "
    "CT_Contact 35 CT_Commentaire 35 CT_Adresse 35 CT_Complement 35 CT_CodePostal 9 CT_Ville 35 CT_CodeRegion 25 "
    "CT_Pays 35 CT_Telephone 21 CT_Telecopie 21 CT_EMail 69 CT_Site 69 CT_Identifiant 25 CT_Siret 15 CT_Ape 7 "
    "N_CatTarif s N_CatCompta s CT_Taux01 # CT_Taux02 # CT_Taux03 # CT_Taux04 # CT_Encours # CT_Assurance # "
    "CT_ControlEnc s N_Risque s CT_NumPayeur 17 CT_NumCentrale 17 CO_No i DE_No i N_Expedition s N_Condition s "
    "N_Period s N_Devise s MR_No i CT_Langue s CT_LangueISO2 2 CT_Statistique01 21 CT_Statistique02 21 "
    "CT_Statistique03 21 CT_Statistique04 21 CT_Statistique05 21 CT_Statistique06 21 CT_Statistique07 21 "
    "CT_Statistique08 21 CT_Statistique09 21 CT_Statistique10 21 CT_Facture s CT_BLFact s CT_Sommeil s CT_Prospect s "
    "CT_GDPR s CT_DateCreate d CT_DateMAJ d",
    "F_LIVRAISON": "LI_No i! CT_Num 17! LI_Intitule 35! LI_Adresse 35 LI_Complement 35 LI_CodePostal 9 LI_Ville 35 "
    "LI_CodeRegion 25 LI_Pays 35 LI_Contact 35 LI_Telephone 21 LI_EMail 69 LI_Principal s N_Expedition s N_Condition s",
    "F_CONTACTT": "CT_No i! CT_Num 17! CT_Nom 35 CT_Prenom 35 CT_Fonction 35 N_Service s N_Contact s CT_Civilite s "
    "CT_Telephone 21 CT_TelPortable 21 CT_Telecopie 21 CT_EMail 69",
    "F_DOCENTETE": "DO_Domaine s! DO_Type s! DO_Piece 13! DO_Date d DO_Heure c9 DO_Ref 17 DO_Tiers 17 CT_NumPayeur 17 "
    "LI_No i DE_No i CO_No i DO_Souche s DO_Statut s DO_DateLivr d DO_DateLivrRealisee d DO_DateExpedition d "
    "DO_Expedit s DO_Condition s DO_Tarif s N_CatCompta s DO_Coord01 25 DO_Coord02 25 DO_Coord03 25 DO_Coord04 25 "
    "DO_Contact 35 DO_Motif 69 DO_NoWeb 17 DO_RefExterne 69 DO_TxEscompte # DO_Devise s DO_Cours # DO_Reliquat s "
    "DO_Cloture s DO_Valide s DO_Transfere s DO_Imprim s DO_Provenance s DO_TypeFrais s DO_ValFrais # "
    "DO_TypeLigneFrais s DO_TypeFranco s DO_ValFranco # DO_TypeLigneFranco s DO_Taxe1 # DO_TypeTaux1 s DO_TypeTaxe1 s "
    "DO_CodeTaxe1 5 DO_TotalHT # DO_TotalHTNet # DO_TotalTTC # DO_NetAPayer # DO_MontantRegle # DO_GUID 36",
    "F_DOCLIGNE": "DO_Domaine s! DO_Type s! DO_Piece 13! DO_Date d CT_Num 17 DL_No i! DL_Ligne i AR_Ref 19 AG_No1 i "
    "AG_No2 i DL_Design 69 DO_Ref 17 DL_Qte # DL_QteBC # DL_QtePL # DL_QteBL # DL_QteDE # EU_Enumere 21 EU_Qte # "
    "DL_PrixUnitaire # DL_PUTTC # DL_PUDevise # DL_TTC s DL_Remise01REM_Valeur # DL_Remise01REM_Type s DL_Taxe1 # DL_TypeTaux1 s "
    "DL_TypeTaxe1 s DL_CodeTaxe1 5 DL_Taxe2 # DL_TypeTaux2 s DL_TypeTaxe2 s DL_CodeTaxe2 5 DL_Taxe3 # DL_TypeTaux3 s "
    "DL_TypeTaxe3 s DL_CodeTaxe3 5 DL_MontantHT # DL_MontantTTC # DE_No i DO_DateLivr d DL_PoidsNet # DL_PoidsBrut # "
    "DL_NoColis 19 DL_Valorise s DL_NonLivre s DL_TNomencl s AR_RefCompose 19 AC_RefClient 19 DT_No i DL_PieceBC 13 "
    "DL_DateBC d DL_PiecePL 13 DL_DatePL d DL_PieceBL 13 DL_DateBL d DL_PieceDE 13 DL_DateDE d CO_No i",
    "F_DOCREGL": "DR_No i! DO_Domaine s DO_Type s DO_Piece 13 DR_TypeRegl s DR_Date d DR_Libelle 35 DR_Pourcent # "
    "DR_Montant # DR_MontantDev # DR_Equil s DR_Regle s N_Reglement s",
    "F_CREGLEMENT": "RG_No i! CT_NumPayeur 17 RG_Date d RG_Reference 17 RG_Libelle 35 RG_Montant # N_Reglement s "
    "RG_Impute s RG_Compta s JO_Num 7 RG_TypeReg s RG_Type s RG_Impaye d RG_Cloture s",
    "F_REGLECH": "RG_No i! DR_No i! DO_Domaine s DO_Type s DO_Piece 13 RC_Montant #",
    "F_DOCCURRENTPIECE": "DC_Domaine s DC_IdCol s DC_Souche s DC_Piece 13",
    "cbSysLibre": "CB_File 50 CB_Name 50 CB_Pos s CB_Type s CB_Len s CB_Formule t",
    # What follows is the simulator's own: Sage keeps its locks in memory and its closings in accounting.
    "SANDBOX_VERROU": "TABLE_Nom 50! ENREG_Cle 50! UTILISATEUR 35 DEPUIS d",
    "SANDBOX_REGLAGE": "NOM 50! VALEUR 250",
}
